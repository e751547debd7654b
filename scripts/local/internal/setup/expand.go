package setup

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// expander replaces ${env:NAME}, ${name} and the like in a serverless.yml.
type expander struct {
	own    map[string]string // what the file says of itself
	getenv func(string) string

	unset []string // names of variables that are not set
	odd   []error  // what nothing is known of
}

var placeholder = regexp.MustCompile(`\$\{(env:)?([^}]*)\}?`)

// expand replaces what is in a node and below.
func (e *expander) expand(node *yaml.Node) {
	if node.Kind == yaml.ScalarNode && strings.Contains(node.Value, "${") {
		node.Value = placeholder.ReplaceAllStringFunc(node.Value, func(match string) string {
			return e.value(node, match)
		})
		node.Tag, node.Style = "!!str", yaml.DoubleQuotedStyle // it stays a text
	}
	for _, child := range node.Content {
		e.expand(child)
	}
}

func (e *expander) value(node *yaml.Node, match string) string {
	parts := placeholder.FindStringSubmatch(match)
	if name := parts[2]; parts[1] != "" {
		value := e.getenv(name)
		if value == "" && !slices.Contains(e.unset, name) {
			e.unset = append(e.unset, name)
		}
		return value
	}
	value, known := e.own[parts[2]]
	if !known || !strings.HasSuffix(match, "}") {
		e.odd = append(e.odd, unknownIn(node, match))
	}
	return value
}

// unknownIn is the error of what would be left out of the deployment in silence.
func unknownIn(node *yaml.Node, what string) error {
	return fmt.Errorf("line %d: %s is nothing that setup knows: take it out, or deploy with "+
		"scripts/deploy.sh", node.Line, what)
}

// explain says of yaml's error where in the file it is. The error itself has lines of a text that
// nobody has seen, and names of types.
func explain(err error, root *yaml.Node) error {
	var all []error
	field := regexp.MustCompile(`field (\S+) not found`)
	for _, match := range field.FindAllStringSubmatch(err.Error(), -1) {
		all = append(all, unknownIn(find(root, match[1]), match[1]))
	}
	form := regexp.MustCompile("cannot unmarshal \\S+ (?:`(.*)` )?into (\\S+)")
	for _, match := range form.FindAllStringSubmatch(err.Error(), -1) {
		kind := match[2]
		if strings.Contains(kind, "struct") || strings.Contains(kind, ".") {
			kind = "map"
		}
		all = append(all, fmt.Errorf("line %d: %q can't be read as %s",
			find(root, strings.TrimSuffix(match[1], "...")).Line, match[1], kind))
	}
	if all == nil {
		return errors.New(regexp.MustCompile(`\bline \d+: `).ReplaceAllString(err.Error(), ""))
	}
	return errors.Join(all...)
}

// find returns the first scalar that begins with a text.
func find(node *yaml.Node, text string) *yaml.Node {
	exact := search(node, func(value string) bool { return value == text })
	return cmp.Or(exact, search(node, func(value string) bool {
		return strings.HasPrefix(value, text)
	}), node)
}

func search(node *yaml.Node, is func(string) bool) *yaml.Node {
	if node.Kind == yaml.ScalarNode && is(node.Value) {
		return node
	}
	for _, child := range node.Content {
		if found := search(child, is); found != nil {
			return found
		}
	}
	return nil
}
