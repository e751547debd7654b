// Package template holds the setting TEMPLATES: which of Tencent's templates each message is sent
// with. parse.go reads the setting; this file chooses.
package template

import (
	"slices"
	"strings"

	"scf-sms/internal/langtag"
)

// Generic is the usage type whose templates serve the types that have none of their own.
const Generic = "Generic"

// Template is one of Tencent's templates, for one usage type and destination and perhaps one
// language. Tencent SMS has two destinations, mainland China (+86) and everywhere else, Hong Kong,
// Macao and Taiwan among the latter. Each has templates of its own, and refuses those of the other.
type Template struct {
	UsageType string   // Logto's usage type: SignIn, Register, …
	Overseas  bool     // for numbers outside mainland China; false: for numbers inside
	Locale    string   // a language tag; "": for every language
	ID        string   // Tencent's TemplateId
	Params    []string // the template's variables in order; {code} stands for the passcode
}

// Templates are all templates of a function, in the order of the setting.
type Templates []Template

// Choose returns the template for a usage type and destination. Of the type's templates it takes
// the first language of locales that there is one for (RFC 4647, lookup), then the one for every
// language. If the type has none that fits, it does the same with Generic's.
func (all Templates) Choose(usageType string, overseas bool, locales []string) (Template, bool) {
	for _, u := range [...]string{usageType, Generic} {
		for _, locale := range locales {
			for tag := locale; tag != ""; tag = langtag.Shorten(tag) {
				if t, ok := all.find(u, overseas, tag); ok {
					return t, true
				}
			}
		}
		if t, ok := all.find(u, overseas, ""); ok {
			return t, true
		}
	}
	return Template{}, false
}

// find returns the first of several templates that fit, as Logto's connectors do.
func (all Templates) find(usageType string, overseas bool, locale string) (Template, bool) {
	i := slices.IndexFunc(all, func(t Template) bool {
		return t.UsageType == usageType && t.Overseas == overseas &&
			strings.EqualFold(t.Locale, locale)
	})
	if i < 0 {
		return Template{}, false
	}
	return all[i], true
}

// Has reports whether a usage type is named in the setting.
func (all Templates) Has(usageType string) bool {
	return slices.ContainsFunc(all, func(t Template) bool { return t.UsageType == usageType })
}

// Serve reports whether there is any template for a destination.
func (all Templates) Serve(overseas bool) bool {
	return slices.ContainsFunc(all, func(t Template) bool { return t.Overseas == overseas })
}

// Fill returns the parameters with the passcode in them.
func (t Template) Fill(passcode string) []string {
	filled := make([]string, len(t.Params))
	for i, p := range t.Params {
		filled[i] = strings.ReplaceAll(p, placeholder, passcode)
	}
	return filled
}
