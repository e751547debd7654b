package setup

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common"

	"scf-sms/scripts/local/internal/operator"
	"scf-sms/scripts/local/internal/resources"
	"scf-sms/scripts/local/internal/term"
	"scf-sms/scripts/local/internal/words"
)

// chooser asks for what is missing in .env.
type chooser struct {
	resources.Cloud
	ctx    context.Context
	stdio  term.Stdio
	words  words.Words
	answer map[string]string
	order  []string
}

// complete asks for what .env lacks, writes it there, and opens the account anew; not so with -plan,
// which changes nothing. The operator's key is asked for, too, and written nowhere.
func complete(
	ctx context.Context, a *operator.Account, o options, stdio term.Stdio, w words.Words,
) (*operator.Account, error) {
	c := &chooser{Cloud: resources.Cloud{Account: a}, ctx: ctx, stdio: stdio, words: w,
		answer: map[string]string{}}
	for _, line := range a.Env.Unread { // which may mean what is asked for
		c.print(w.Advise(a.Env.Explain(line)))
	}
	key, keyError := a.Key, a.KeyError
	if key == nil {
		fmt.Fprintln(stdio.Out, w.Say("setup.choose.key"))
		id, err := term.Ask(ctx, stdio, "TENCENT_SECRET_ID")
		if err != nil {
			return a, err
		}
		secret, err := term.AskHidden(ctx, stdio, "TENCENT_SECRET_KEY")
		if err != nil {
			return a, err
		}
		if id == "" || secret == "" {
			return a, term.UsageError{Text: "setup: " + keyError.Error()}
		}
		key = common.NewCredential(id, secret)
		a.Key = key
	}
	if !o.plan {
		if err := c.choose(); err != nil {
			return a, err
		}
	}
	if len(c.answer) > 0 {
		path := a.Env.Path
		if !a.Env.Exists {
			path = filepath.Join(a.Root, ".env")
		}
		if err := operator.SetEnv(path, c.order, c.answer); err != nil {
			return a, err
		}
		fmt.Fprintln(stdio.Out, w.Say("setup.choose.written", strings.Join(c.order, ", "), path))
		again, err := operator.Open("setup", o.Options)
		if err != nil {
			return a, err
		}
		a.Close()
		a = again
	}
	a.Key, a.KeyError = key, nil
	return a, nil
}

func (c *chooser) set(name, value string) {
	c.answer[name] = value
	c.order = append(c.order, name)
}

func (c *chooser) unset(name string) bool { return strings.TrimSpace(c.Env.Get(name)) == "" }

func (c *chooser) say(key string, values ...any) { c.print(c.words.Say(key, values...)) }

func (c *chooser) print(text string) {
	for _, line := range term.Wrap(text, term.PageWidth) {
		fmt.Fprintln(c.stdio.Out, line)
	}
}

func (c *chooser) ask(question string) (string, error) {
	return term.Ask(c.ctx, c.stdio, question)
}

func (c *chooser) choose() error {
	if c.unset("SECRET_NAME") {
		c.set("SECRET_NAME", "scf-sms")
	}
	if c.unset("SDK_APP_ID") {
		c.say("setup.choose.app", operator.Console)
		simulated := c.simulatedApp()
		id, err := c.ask("SDK_APP_ID")
		if err != nil {
			return err
		}
		c.set("SDK_APP_ID", cmp.Or(id, simulated))
	}
	if c.unset("SIGN_NAME") {
		if err := c.sign(); err != nil {
			return err
		}
	}
	if c.unset("TEMPLATES") || c.examples() {
		return c.templates()
	}
	return nil
}

// examples reports whether the templates are still those of .env.example, which nobody has.
func (c *chooser) examples() bool {
	example, err := operator.ReadEnv(filepath.Join(c.Root, ".env.example"),
		func(string) (string, bool) { return "", false })
	return err == nil && c.Env.Get("TEMPLATES") == example.Get("TEMPLATES")
}

// listed is a signature or template of the account.
type listed struct {
	SignName        string
	TemplateId      uint64
	TemplateContent string
	StatusCode      int
	International   int
}

func (c *chooser) list(action, field string, international int) (approved []listed, err error) {
	for offset := 0; ; offset += 100 {
		var answer map[string]json.RawMessage
		f := c.Call(c.ctx, operator.SMS, action, map[string]any{
			"International": international, "Limit": 100, "Offset": offset,
		}, &answer)
		if f.Is("FailedOperation.MissingSignatureList", "FailedOperation.MissingTemplateList") {
			return approved, nil
		}
		if f != nil {
			return nil, errors.New("setup: " + c.words.Advise(f.Told(c.words)))
		}
		var page []listed
		json.Unmarshal(answer[field], &page) // what can't be read is no choice
		for _, one := range page {
			if one.StatusCode == 0 {
				approved = append(approved, one)
			}
		}
		if len(page) < 100 {
			return approved, nil
		}
	}
}

func (c *chooser) sign() error {
	signs, err := c.list("DescribeSmsSignList", "DescribeSignListStatusSet", 0)
	if err != nil || len(signs) == 0 {
		c.say("setup.choose.nosign")
		return err
	}
	c.say("setup.choose.sign")
	for i, s := range signs {
		fmt.Fprintf(c.stdio.Out, "  %2d  %s\n", i+1, term.Plain(s.SignName))
	}
	i, err := c.number(len(signs), 1)
	if err == nil && i > 0 {
		c.set("SIGN_NAME", signs[i-1].SignName)
	}
	return err
}

// number asks for one of n; Enter takes the suggestion, and 0 is none.
func (c *chooser) number(n, suggested int) (int, error) {
	for {
		text, err := c.ask(c.words.Say("setup.choose.number", suggested))
		if err != nil {
			return 0, err
		}
		if text == "" {
			return suggested, nil
		}
		if i, err := strconv.Atoi(text); err == nil && i >= 0 && i <= n {
			return i, nil
		}
	}
}

// entry is one of TEMPLATES.
type entry struct {
	UsageType    string            `json:"usageType"`
	TemplateCode map[string]string `json:"templateCode"`
	Params       []string          `json:"params,omitempty"`
}

func (c *chooser) templates() error {
	var entries []entry
	for international, key := range []string{"china", "overseas"} {
		all, err := c.list("DescribeSmsTemplateList", "DescribeTemplateStatusSet", international)
		if err != nil {
			return err
		}
		if len(all) == 0 {
			c.say("setup.choose.notemplate", key)
			continue
		}
		c.say("setup.choose.templates", key)
		for i, t := range all {
			fmt.Fprintf(c.stdio.Out, "  %2d  %d  %s\n", i+1, t.TemplateId,
				term.Shorten(term.Plain(t.TemplateContent), term.PageWidth-20))
		}
		for _, usageType := range required {
			e, err := c.template(usageType, key, all)
			if err != nil {
				return err
			}
			if e != nil {
				entries = append(entries, *e)
			}
		}
	}
	text, err := json.Marshal(together(entries))
	if err == nil && len(entries) > 0 {
		c.set("TEMPLATES", string(text))
	}
	return err
}

// together writes both destinations of a usage type into one entry, where their params allow it.
func together(entries []entry) (all []entry) {
	for _, e := range entries {
		i := slices.IndexFunc(all, func(other entry) bool {
			return other.UsageType == e.UsageType && slices.Equal(other.Params, e.Params)
		})
		if i < 0 {
			all = append(all, e)
			continue
		}
		maps.Copy(all[i].TemplateCode, e.TemplateCode)
	}
	return all
}

// template asks for the template of a usage type, and for what stands in its variables but the
// first, which is the code.
func (c *chooser) template(usageType, key string, all []listed) (*entry, error) {
	fmt.Fprint(c.stdio.Out, usageType+": ")
	i, err := c.number(len(all), suggestion(usageType, all))
	if err != nil || i == 0 {
		return nil, err
	}
	t := all[i-1]
	e := &entry{UsageType: usageType,
		TemplateCode: map[string]string{key: strconv.FormatUint(t.TemplateId, 10)}}
	for n := 2; strings.Contains(t.TemplateContent, fmt.Sprintf("{%d}", n)); n++ {
		if n == 2 {
			e.Params = []string{"{code}"}
		}
		value, err := c.ask(c.words.Say("setup.choose.variable", n))
		if err != nil {
			return nil, err
		}
		e.Params = append(e.Params, value)
	}
	return e, nil
}
