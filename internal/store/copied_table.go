package store

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"math/big"
	"slices"
	"strings"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql/schema"
	"entgo.io/ent/schema/field"

	entmigrate "autoholdings/ent/migrate"
	"autoholdings/internal/storable"
)

// copiedTable is a table as both databases have it.
type copiedTable struct {
	*schema.Table
	ofItself bool // rows refer to others of the table
}

// copiedTables returns all tables of the schema, each behind those that it refers to.
func copiedTables() ([]copiedTable, error) {
	left := slices.Clone(entmigrate.Tables)
	slices.SortFunc(left, func(a, b *schema.Table) int { return strings.Compare(a.Name, b.Name) })
	var ordered []copiedTable
	for len(left) > 0 {
		i := slices.IndexFunc(left, func(t *schema.Table) bool {
			return !slices.ContainsFunc(t.ForeignKeys, func(k *schema.ForeignKey) bool {
				return k.RefTable != t && slices.Contains(left, k.RefTable)
			})
		})
		if i < 0 {
			return nil, fmt.Errorf("tables refer to each other in a circle, so that there is no order to copy them: one is %s", left[0].Name)
		}
		t := left[i]
		left = slices.Delete(left, i, i+1)
		ordered = append(ordered, copiedTable{
			t, slices.ContainsFunc(t.ForeignKeys, func(k *schema.ForeignKey) bool { return k.RefTable == t }),
		})
	}
	return ordered, nil
}

// names are those of the columns.
func (t copiedTable) names() []string {
	names := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		names[i] = c.Name
	}
	return names
}

// query reads all rows in the order of the primary key. JSON is read as text.
func (t copiedTable) query() string {
	columns, key := make([]string, len(t.Columns)), make([]string, len(t.PrimaryKey))
	for i, c := range t.Columns {
		columns[i] = `"` + c.Name + `"`
		if kindOf(c) == field.TypeJSON {
			columns[i] = `CAST(` + columns[i] + ` AS TEXT)`
		}
	}
	for i, c := range t.PrimaryKey {
		key[i] = `"` + c.Name + `"`
	}
	return `SELECT ` + strings.Join(columns, ", ") + ` FROM "` + t.Name + `" ORDER BY ` + strings.Join(key, ", ")
}

// kindOf is what a column has in PostgreSQL. The program reads some JSON as bytes.
func kindOf(c *schema.Column) field.Type {
	if c.SchemaType[dialect.Postgres] == "jsonb" {
		return field.TypeJSON
	}
	return c.Type
}

// normalize gives the values of a row the types that both databases have, or says which of them cannot be copied.
func (t copiedTable) normalize(values []any) error {
	for i, c := range t.Columns {
		v, err := normalized(kindOf(c), values[i])
		if err != nil {
			return fmt.Errorf("table %s, column %s of the row with %s: %w", t.Name, c.Name, t.identify(values), err)
		}
		values[i] = v
	}
	return nil
}

// identify names a row.
func (t copiedTable) identify(values []any) string {
	var key []string
	for i, c := range t.Columns {
		if slices.Contains(t.PrimaryKey, c) {
			key = append(key, fmt.Sprintf("%s %v", c.Name, values[i]))
		}
	}
	return strings.Join(key, ", ")
}

const mend = "; correct it in the present database, then copy again"

func normalized(kind field.Type, value any) (any, error) {
	if value == nil {
		return nil, nil
	}
	switch kind {
	case field.TypeInt, field.TypeInt64:
		if v, ok := value.(int64); ok {
			return v, nil
		}
	case field.TypeBool:
		switch value {
		case true, int64(1):
			return true, nil
		case false, int64(0):
			return false, nil
		}
	case field.TypeBytes:
		return bytesOf(value)
	case field.TypeString:
		return textOf(value)
	case field.TypeJSON:
		text, err := textOf(value)
		if err != nil {
			return nil, err
		}
		return canonicalJSON(text)
	}
	return nil, fmt.Errorf("what is stored is no %s%s", strings.ToLower(strings.TrimPrefix(kind.ConstName(), "Type")), mend)
}

func bytesOf(value any) ([]byte, error) {
	switch v := value.(type) {
	case []byte:
		return v, nil
	case string:
		return []byte(v), nil
	}
	return nil, errors.New("what is stored is neither text nor bytes" + mend)
}

func textOf(value any) (string, error) {
	b, err := bytesOf(value)
	if err == nil {
		err = storable.Check(string(b))
		if err != nil {
			err = fmt.Errorf("its text cannot be stored in PostgreSQL, because %w%s", err, mend)
		}
	}
	return string(b), err
}

// canonicalJSON writes what means the same in the same way, since PostgreSQL keeps the meaning of JSON and no more.
func canonicalJSON(text string) (string, error) {
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		return "", fmt.Errorf("what is stored is not JSON: %w%s", err, mend)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return "", errors.New("what is stored is more than one value of JSON" + mend)
	}
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(withPlainNumbers(value)); err != nil { // objects get the order of their names
		return "", err
	}
	return strings.TrimSuffix(out.String(), "\n"), nil
}

// withPlainNumbers writes numbers without an exponent or needless zeros.
func withPlainNumbers(value any) any {
	switch v := value.(type) {
	case map[string]any:
		for name := range v {
			v[name] = withPlainNumbers(v[name])
		}
	case []any:
		for i := range v {
			v[i] = withPlainNumbers(v[i])
		}
	case json.Number:
		if r, ok := new(big.Rat).SetString(v.String()); ok {
			if digits, exact := r.FloatPrec(); exact {
				return json.Number(r.FloatString(digits))
			}
		}
	}
	return value
}

// contents is the hash of a table's contents, row by row.
type contents struct {
	rows int64
	hash hash.Hash
	row  []byte
}

func newContents() *contents { return &contents{hash: sha256.New()} }

// add adds a row of normalized values. Each is written with its type and its length, so that no two rows look alike.
func (c *contents) add(values []any) {
	c.row = append(c.row[:0], 'r')
	for _, value := range values {
		switch v := value.(type) {
		case nil:
			c.row = append(c.row, 'n')
		case int64:
			c.row = binary.BigEndian.AppendUint64(append(c.row, 'i'), uint64(v)) //nolint:gosec // its bits are what is compared
		case bool:
			bit := byte('f')
			if v {
				bit = 't'
			}
			c.row = append(c.row, bit)
		case string:
			c.row = append(binary.BigEndian.AppendUint64(append(c.row, 's'), uint64(len(v))), v...)
		case []byte:
			c.row = append(binary.BigEndian.AppendUint64(append(c.row, 'b'), uint64(len(v))), v...)
		default:
			panic(fmt.Sprintf("a value of type %T was not normalized", value))
		}
	}
	c.hash.Write(c.row)
	c.rows++
}

func (c *contents) sum() string { return hex.EncodeToString(c.hash.Sum(nil)) }
