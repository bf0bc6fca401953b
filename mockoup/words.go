package mockoup

// The vocabulary of the generated catalog. Every list of words is in alphabetical order, so that generated titles are
// nearly sorted, like a provider's list. Every character exists in Windows-1252, so that the fault wrong-encoding loses
// none.

var journalForms = []string{
	"Abstracts in", "Advances in", "Annals of", "Annual Review of", "Applied", "Archives of", "Briefings in",
	"British Journal of", "Bulletin of", "Clinical", "Communications in", "Contemporary", "Contributions to",
	"Critical Reviews in", "Current", "European Journal of", "Frontiers in", "Global", "History of", "Innovations in",
	"International Journal of", "Journal of", "Letters in", "Methods in", "Notes on", "Papers in", "Perspectives on",
	"Proceedings in", "Progress in", "Quarterly Journal of", "Quarterly Review of", "Records of", "Reports in",
	"Research in", "Reviews in", "Studies in", "Theory and Practice of", "Transactions in", "Trends in", "Yearbook of",
}

var journalFields = []string{
	"Acoustics", "Aesthetics", "Agronomy", "Algebra", "Anatomy", "Anthropology", "Archaeology", "Architecture",
	"Astronomy", "Bacteriology", "Ballistics", "Bioethics", "Botany", "Cardiology", "Cartography", "Chemistry",
	"Climatology", "Cognition", "Commerce", "Crystallography", "Demography", "Dermatology", "Diplomacy", "Drama",
	"Ecology", "Economics", "Education", "Entomology", "Epidemiology", "Ethics", "Ethnography", "Evolution", "Film",
	"Forestry", "Genetics", "Genomics", "Geodesy", "Geography", "Geology", "Geometry", "Gerontology", "Glaciology",
	"Health & Welfare", "Heraldry", "Histology", "Horticulture", "Hydrology", "Hygiene", "Immunology", "Insurance",
	"Jurisprudence", "Kinetics", "Law & Society", "Lexicography", "Limnology", "Linguistics", "Logic", "Management",
	"Mathematics", "Mechanics", "Medicine", "Metallurgy", "Meteorology", "Microbiology", "Mineralogy", "Music",
	"Mycology", "Navigation", "Neurology", "Numismatics", "Nursing", "Nutrition", "Oceanography", "Optics",
	"Ornithology", "Palaeontology", "Parasitology", "Pathology", "Pharmacy", "Philology", "Philosophy", "Phonetics",
	"Physics", "Poetics", "Politics", "Psychiatry", "Psychology", "Radiology", "Rhetoric", "Seismology", "Semantics",
	"Sociology", "Statistics", "Surgery", "Theology", "Topology", "Toxicology", "Virology", "Women's Health", "Zoology",
}

// places follow a journal's field or a book's subjects; the first is no place at all.
var places = []string{
	"", " in Africa", " in Argentina", " in Asia", " in Australia", " in Austria", " in Bavaria", " in Belgium",
	" in Bologna", " in Brazil", " in Burgundy", " in Canada", " in Chile", " in China", " in Córdoba", " in Cornwall",
	" in Côte d'Ivoire", " in Crete", " in Cuba", " in Curaçao", " in Denmark", " in Egypt", " in England",
	" in Ethiopia", " in Finland", " in France", " in Galicia", " in Genève", " in Germany", " in Ghana", " in Greece",
	" in Hungary", " in Iceland", " in India", " in Ireland", " in Italy", " in Japan", " in Kenya", " in Korea",
	" in Lübeck", " in Madrid", " in Málaga", " in México", " in Nepal", " in Norway", " in Perú", " in Poland",
	" in Portugal", " in Québec", " in Réunion", " in Russia", " in São Paulo", " in Scotland", " in Sicily",
	" in Spain", " in Sweden", " in Switzerland", " in Tunisia", " in Turkey", " in Ulster", " in Vietnam", " in Wales",
	" in Zambia", " in Zürich",
}

var bookSubjects = []string{
	"Abolition", "Adolescence", "Agriculture", "Alchemy", "Anarchism", "Angels", "Animal Rights", "Apocalypse", "Art",
	"Atheism", "Autism", "Banking", "Beauty", "Biography", "Borders", "Buddhism", "Calvinism", "Capital", "Censorship",
	"Charity", "Childhood", "Chivalry", "Christianity", "Cities", "Citizenship", "Comedy", "Conscience", "Cosmology",
	"Crime", "Crusades", "Dance", "Death", "Democracy", "Desire", "Dictatorship", "Disease", "Dreams", "Duty", "Empire",
	"Energy", "Enlightenment", "Epic", "Exile", "Faith", "Famine", "Fashion", "Federalism", "Feminism", "Freedom",
	"Friendship", "Gender", "Genius", "Gothic", "Grace", "Grammar", "Guilds", "Happiness", "Heresy", "Heroes", "Hope",
	"Humanism", "Identity", "Industry", "Inequality", "Islam", "Judaism", "Justice", "Kingship", "Labour", "Landscape",
	"Law", "Liberty", "Literacy", "Love", "Magic", "Markets", "Marriage", "Memory", "Migration", "Monarchy", "Money",
	"Mourning", "Myth", "Nationalism", "Nature", "Opera", "Pacifism", "Painting", "Piety", "Pilgrimage", "Poetry",
	"Poverty", "Power", "Prayer", "Prophecy", "Reason", "Reform", "Religion", "Revolution", "Ritual", "Satire",
	"Scepticism", "Slavery", "Sovereignty", "Taxation", "Theatre", "Tragedy", "Travel", "Virtue", "Warfare", "Wealth",
}

var bookThemes = []string{
	"Authority", "Belief", "Class", "Commerce", "Community", "Conflict", "Custom", "Diplomacy", "Doubt", "Emotion",
	"Evidence", "Exchange", "Family", "Fiction", "Gesture", "Government", "Healing", "History", "Honour", "Imagination",
	"Influence", "Invention", "Kinship", "Knowledge", "Language", "Learning", "Loyalty", "Manners", "Method", "Mind",
	"Modernity", "Morality", "Narrative", "Obligation", "Order", "Origins", "Performance", "Persuasion", "Place",
	"Politics", "Practice", "Print", "Progress", "Protest", "Reading", "Reputation", "Rights", "Science", "Secrecy",
	"Society", "Space", "Speech", "State", "Style", "Technology", "Time", "Tradition", "Truth", "Value", "Violence",
	"Vision", "Voice", "Welfare", "Work",
}

// Suffixes change when titles are renamed: a renamed title gets the next one.
var (
	journalSuffixes = []string{"", " and Policy", ": New Series", " Today"}
	bookSuffixes    = []string{"", " Reconsidered", ": A New History", ": An Inquiry"}
)

var societies = []string{
	"Academia Española de Ciencias", "American Society for Nutrition", "Biometrika Trust", "British Academy",
	"Entomological Society of America", "European Society of Cardiology", "Gesellschaft für Naturkunde Zürich",
	"London Mathematical Society", "Royal Astronomical Society", "Royal Economic Society",
	"Société Québécoise de Géographie", "The Mineralogical Union",
}

var familyNames = []string{
	"Abbott", "Adeyemi", "Andersson", "Baker", "Bauer", "Benítez", "Bianchi", "Brown", "Castañeda", "Chen", "Clarke",
	"Costa", "D'Angelo", "Dubois", "Eriksen", "Evans", "Fernández", "Fischer", "Gómez", "Grant", "Greene", "Haddad",
	"Hughes", "Ito", "Jensen", "Jones", "Kaur", "Kelly", "Khan", "Kim", "Kowalski", "Lefèvre", "Li", "Lopez", "Mbeki",
	"Meyer", "Moreau", "Müller", "Murphy", "Nakamura", "Nguyen", "Novak", "O'Brien", "Okafor", "Olsen", "Papadakis",
	"Patel", "Pérez", "Quinn", "Rahman", "Rossi", "Ryan", "Santos", "Schäfer", "Schmidt", "Silva", "Singh", "Smith",
	"Sørensen", "Taylor", "Thomas", "Van der Berg", "Wang", "Zuñiga",
}

// bookModules are the parts of the platform with which a book's title_id begins. Each has the host of its books before
// they moved to academic.oup.com, and the path element of the old addresses.
var bookModules = []bookModule{
	{"acprof", "www.oxfordscholarship.com", "acprof:oso", ""},
	{"actrade", "www.veryshortintroductions.com", "actrade", ": A Very Short Introduction"},
	{"he", "www.oxfordlawtrove.com", "he", ""},
	{"med", "oxfordmedicine.com", "med", ""},
	{"oso", "oxford.universitypressscholarship.com", "oso", ""},
	{"oxfordhb", "www.oxfordhandbooks.com", "oxfordhb", ": The Oxford Handbook"},
	{"upso", "www.universitypressscholarship.com", "upso", ""},
}

type bookModule struct{ name, host, path, subtitle string }

var embargoes = []string{"P1Y", "P6M", "P12M", "P2Y", "R10Y", "R5Y", "R10Y;P30D", "R2Y;P6M"}

// syllables are the parts of journals' slugs. There are 100, so that three represent any number below a million.
var syllables = func() (all [100]string) {
	i := 0
	for _, c := range "bcdfghjklmnprstvwxyz" {
		for _, v := range "aeiou" {
			all[i] = string(c) + string(v)
			i++
		}
	}
	return all
}()
