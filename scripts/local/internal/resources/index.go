package resources

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"scf-sms/scripts/local/internal/operator"
)

// Index says which fields of a topic can be searched and counted. What isn't known here goes back
// to CLS as it came.
type Index struct {
	TopicId string
	Status  bool
	Rule    Rule

	IncludeInternalFields *bool  `json:",omitempty"`
	MetadataFlag          *int   `json:",omitempty"`
	CoverageField         string `json:",omitempty"`
}

// Rule is what an index has.
type Rule struct {
	FullText     json.RawMessage `json:",omitempty"`
	KeyValue     *KeyValues      `json:",omitempty"`
	Tag          json.RawMessage `json:",omitempty"`
	DynamicIndex json.RawMessage `json:",omitempty"`
}

// KeyValues are the fields of an index.
type KeyValues struct {
	CaseSensitive bool
	KeyValues     []Field
}

// Field is one of them.
type Field struct {
	Key   string
	Value FieldValue
}

// FieldValue is how a field is read.
type FieldValue struct {
	Type      string // text, long or double
	Tokenizer string // the characters that part words
	SqlFlag   bool   // it can be counted
	ContainZH bool
	Alias     string `json:",omitempty"`

	OpenIndexForChildOnly *bool           `json:",omitempty"`
	ChildNode             json.RawMessage `json:",omitempty"`
}

// Same reports whether two fields are read alike. The order of a tokenizer's characters doesn't
// matter.
func (v FieldValue) Same(other FieldValue) bool {
	return v.Type == other.Type && v.SqlFlag == other.SqlFlag && v.ContainZH == other.ContainZH &&
		slices.Equal(sorted(v.Tokenizer), sorted(other.Tokenizer))
}

func sorted(text string) []string { return slices.Sorted(slices.Values(strings.Split(text, ""))) }

// Fields are the fields of an index.
func (i *Index) Fields() []Field {
	if i.Rule.KeyValue == nil {
		return nil
	}
	return i.Rule.KeyValue.KeyValues
}

// Field returns a field by its name.
func (i *Index) Field(key string) (v FieldValue, has bool) {
	fields := i.Fields()
	at := slices.IndexFunc(fields, func(f Field) bool { return f.Key == key })
	if at < 0 {
		return v, false
	}
	return fields[at].Value, true
}

// Covers reports whether an index has the fields of another one as that has them, and is on.
func (i *Index) Covers(other *Index) bool {
	return i.Status && !slices.ContainsFunc(other.Fields(), func(f Field) bool {
		v, has := i.Field(f.Key)
		return !has || !v.Same(f.Value)
	})
}

// With is the index with the fields of another one as that has them. The rest stays.
func (i Index) With(other *Index) Index {
	all := KeyValues{}
	if i.Rule.KeyValue != nil {
		all.CaseSensitive = i.Rule.KeyValue.CaseSensitive
	}
	for _, f := range i.Fields() {
		if _, has := other.Field(f.Key); !has {
			all.KeyValues = append(all.KeyValues, f)
		}
	}
	all.KeyValues = append(all.KeyValues, other.Fields()...)
	i.Status, i.Rule.KeyValue = true, &all
	return i
}

// Index returns a topic's index, nil if it has none.
func (c Cloud) Index(ctx context.Context, topic string) (*Index, *operator.Failure) {
	var index Index
	f := c.Call(ctx, operator.CLS, "DescribeIndex", map[string]any{"TopicId": topic}, &index)
	if f.Is("ResourceNotFound.IndexNotExist") {
		return nil, nil
	}
	for _, part := range []*json.RawMessage{&index.Rule.FullText, &index.Rule.Tag,
		&index.Rule.DynamicIndex} {
		if string(*part) == "null" {
			*part = nil
		}
	}
	return &index, f
}

// SetIndex gives a topic an index. Lines that came before keep the one that they had.
func (c Cloud) SetIndex(ctx context.Context, index Index, isNew bool) *operator.Failure {
	action := "ModifyIndex"
	if isNew {
		action = "CreateIndex"
	}
	return c.Call(ctx, operator.CLS, action, fieldsOf(index), nil)
}

// fieldsOf is a struct as the fields of a request.
func fieldsOf(v any) (fields map[string]any) {
	json.Unmarshal(encode(v), &fields)
	return fields
}
