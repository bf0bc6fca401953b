package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema/field"
)

// titleFields are the KBART columns of a title, that is, all but the seven of coverage. They have their KBART names and
// the provider's values. The keys made from them are for matching, sorting and comparing.
func titleFields() []ent.Field {
	return []ent.Field{
		field.String("publication_title"),
		field.String("print_identifier").Default(""),
		field.String("online_identifier").Default(""),
		field.String("title_url").Default(""),
		field.String("first_author").Default(""),
		field.String("title_id").Default(""),
		field.String("coverage_depth").Default(""),
		field.String("notes").Default(""),
		field.String("publisher_name").Default(""),
		field.String("publication_type").Default("").Comment("serial, monograph or empty"),
		field.String("date_monograph_published_print").Default(""),
		field.String("date_monograph_published_online").Default(""),
		field.String("monograph_volume").Default(""),
		field.String("monograph_edition").Default(""),
		field.String("first_editor").Default(""),
		field.String("parent_publication_title_id").Default(""),
		field.String("preceding_publication_title_id").Default(""),
		field.String("access_type").Default(""),

		field.String("title_key").Comment("folded title: NFKC, case-folded, punctuation and spaces collapsed"),
		field.String("print_key").Default("").Comment("print_identifier in comparable form: ISSN without hyphen, ISBN as 13 digits"),
		field.String("online_key").Default("").Comment("online_identifier in comparable form"),
		field.String("more_keys").Default("").Comment("other identifiers in the title's rows, in comparable form, separated by spaces"),
		field.Int64("values_hash").Comment("hash of the title columns in comparable form; if hashes are equal, nothing needs to be compared"),
		wordsField("words", "what it is found by"),
	}
}

// wordsField is a column of words that a row is found by. The database's index of them is made by the store, since ent
// knows none for words.
func wordsField(name, whose string) ent.Field {
	return field.String(name).Default("").
		Comment(whose + ": folded words, each once behind a blank, made from other columns by internal/search")
}
