package check

import (
	"fmt"
	"slices"
	"strings"

	"scf-sms/internal/settings"
	"scf-sms/internal/template"
	"scf-sms/scripts/local/internal/operator"
)

// usageTypeRows counts the templates, and looks for those that are never used or that are missing.
func usageTypeRows(a *operator.Account) (rows report) {
	const check = "usage types"
	s := a.Settings
	types, counts := countTypes(s.Templates)
	rows.add(groupSettings, check, right(a.Say("check.types", counts)))
	for _, usageType := range types {
		switch meant := operator.Meant(usageType, operator.UsageTypes()); meant {
		case usageType:
		case "":
			rows.add(groupSettings, check, warning(a.Say("check.types.other", usageType),
				a.Say("check.types.other.todo")))
		default:
			rows.add(groupSettings, check, wrong(a.Say("check.types.meant", usageType, meant),
				a.Say("check.correct", "TEMPLATES")))
		}
	}
	for i, t := range s.Templates {
		same := func(other template.Template) bool {
			return other.UsageType == t.UsageType && other.Overseas == t.Overseas &&
				strings.EqualFold(other.Locale, t.Locale)
		}
		if first := slices.IndexFunc(s.Templates, same); first < i {
			rows.add(groupSettings, check, wrong(
				a.Say("check.types.twice", slot(t), t.ID, s.Templates[first].ID),
				a.Say("check.types.twice.todo")))
		}
	}
	for _, usageType := range types {
		meant := operator.Meant(usageType, operator.UsageTypes())
		misspelt := meant != "" && meant != usageType // which has a row
		if gaps := gaps(s, usageType); len(gaps) > 0 && !misspelt {
			rows.add(groupSettings, check, warning(
				a.Say("check.types.gaps", usageType, strings.Join(gaps, ", ")),
				a.Say("check.types.gaps.todo")))
		}
	}
	return rows
}

// gaps names the destinations and languages that SignIn has templates for and a usage type has not.
// Generic serves the types that have none, so it also needs one for numbers elsewhere where any are
// sent to.
func gaps(s settings.Settings, usageType string) (gaps []string) {
	var wanted template.Templates
	for _, t := range s.Templates {
		if t.UsageType == "SignIn" {
			wanted = append(wanted, t)
		}
	}
	abroad := s.AllowedCallingCodes == nil && s.Templates.Serve(true)
	for code := range s.AllowedCallingCodes {
		abroad = abroad || code != 86
	}
	if abroad && usageType == template.Generic {
		wanted = append(wanted, template.Template{Overseas: true})
	}
	for _, want := range wanted {
		has, ok := s.Templates.Choose(usageType, want.Overseas, []string{want.Locale})
		if ok && has.UsageType == usageType && (has.Locale != "") == (want.Locale != "") {
			continue
		}
		own, _ := destinationOf(want.Overseas)
		gap := own.key
		if want.Locale != "" {
			gap += " (" + want.Locale + ")"
		}
		isIt := func(other string) bool { return strings.EqualFold(other, gap) } // en-US, en-us
		if !slices.ContainsFunc(gaps, isIt) {
			gaps = append(gaps, gap)
		}
	}
	return gaps
}

// countTypes returns the usage types, and how many templates each has.
func countTypes(all template.Templates) (types []string, counts string) {
	count := map[string]*[2]int{} // for mainland numbers, for others
	for _, t := range all {
		if count[t.UsageType] == nil {
			count[t.UsageType] = &[2]int{}
			types = append(types, t.UsageType)
		}
		own, _ := destinationOf(t.Overseas)
		count[t.UsageType][own.international]++
	}
	words := make([]string, len(types))
	for i, usageType := range types {
		n := count[usageType]
		words[i] = fmt.Sprintf("%s %d+%d", usageType, n[0], n[1])
	}
	return types, strings.Join(words, ", ")
}
