package main

import (
	"encoding/base64"
	"encoding/json"
	"strings"

	"scf-sms/handler"
)

// generic is the usage type whose templates stand in for those of others.
const generic = "Generic"

// choice says why a template was chosen. It is told from the result, not by choosing again.
type choice struct {
	ID          string   `json:"id"`
	Destination string   `json:"destination"` // china or overseas
	Asked       string   `json:"asked"`       // the usage type of the message
	Usage       string   `json:"usage"`       // that of the template: Asked or Generic
	Wanted      []string `json:"wanted"`      // the languages of the message, best first
	Locale      string   `json:"locale"`      // that of the template, "" for everybody
}

// explain finds the entry of TEMPLATES that the template in the log came from. One template may stand in several.
func explain(all handler.Templates, line logLine, event []byte) *choice {
	if line.Template == "" {
		return nil
	}
	c := choice{ID: line.Template, Destination: "overseas"}
	if line.CallingCode == 86 {
		c.Destination = "china"
	}
	c.Asked, c.Wanted = posted(event)
	for _, usage := range []string{c.Asked, generic} {
		found := false
		for _, t := range all {
			if t.ID != c.ID || t.Usage != usage || t.Overseas != (c.Destination == "overseas") || !speaks(t.Locale, c.Wanted) {
				continue
			}
			if !found || len(t.Locale) > len(c.Locale) {
				c.Locale = t.Locale
			}
			c.Usage, found = t.Usage, true
		}
		if found {
			return &c
		}
	}
	return nil // the settings have changed since
}

// speaks reports whether a template's language is one of those wanted, or wider than one.
func speaks(locale string, wanted []string) bool {
	if locale == "" {
		return true
	}
	for _, tag := range wanted {
		if len(tag) >= len(locale) && strings.EqualFold(tag[:len(locale)], locale) && (len(tag) == len(locale) || tag[len(locale)] == '-') {
			return true
		}
	}
	return false
}

// posted returns the usage type of the message in an event, and its languages.
func posted(event []byte) (usage string, wanted []string) {
	var e struct {
		Body            string `json:"body"`
		IsBase64Encoded bool   `json:"isBase64Encoded"`
	}
	json.Unmarshal(event, &e)
	body := []byte(e.Body)
	if e.IsBase64Encoded {
		body, _ = base64.StdEncoding.DecodeString(e.Body)
	}
	var m struct {
		Type    string `json:"type"`
		Payload struct {
			Locale    string `json:"locale"`
			UILocales string `json:"uiLocales"`
		} `json:"payload"`
	}
	json.Unmarshal(body, &m)
	if wanted = strings.Fields(m.Payload.Locale); len(wanted) == 0 {
		wanted = strings.Fields(m.Payload.UILocales)
	}
	return m.Type, wanted
}
