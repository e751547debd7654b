// Package send is the command that sends one real message.
package send

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/big"
	"os"
	"regexp"
	"strings"

	"scf-sms/scripts/local/internal/function"
	"scf-sms/scripts/local/internal/operator"
	"scf-sms/scripts/local/internal/term"
	"scf-sms/scripts/local/internal/words"
	"scf-sms/secrets"
)

// order is the message to be sent, as the flags have it.
type order struct {
	to, usageType, code, locale string
	watch, json                 bool
}

// Run runs the command.
func Run(ctx context.Context, args []string, stdio term.Stdio) error {
	w := words.From(os.Getenv)
	flags := flag.NewFlagSet("send", flag.ContinueOnError)
	var o order
	flags.StringVar(&o.to, "to", "", w.Say("send.flag.to"))
	flags.StringVar(&o.usageType, "type", "Generic", w.Say("send.flag.type"))
	flags.StringVar(&o.code, "code", "", w.Say("send.flag.code"))
	flags.StringVar(&o.locale, "locale", "", w.Say("send.flag.locale"))
	var from operator.Options
	from.AddFlags(flags, w, w.Say("send.flag.simulate"))
	yes := flags.Bool("yes", false, w.Say("send.flag.yes"))
	flags.BoolVar(&o.watch, "watch", false, w.Say("send.flag.watch"))
	flags.BoolVar(&o.json, "json", false, w.Say("send.flag.json"))
	if err := term.ParseFlags(flags, args, stdio.Out, w.Say("send.help")); err != nil {
		return err
	}
	mistake := func(key string, values ...any) error {
		return term.UsageError{Text: "send: " + w.Say(key, values...)}
	}
	ask := !*yes && !from.Simulate
	switch {
	case flags.NArg() > 0:
		return mistake("flags.arguments", flags.Arg(0))
	case o.to == "":
		return mistake("send.mistake.to")
	case o.code != "" && !regexp.MustCompile(`^[0-9]{1,6}$`).MatchString(o.code):
		return mistake("send.mistake.code", o.code)
	case ask && o.json:
		return mistake("send.mistake.json")
	}
	if o.code == "" {
		o.code = randomCode()
	}
	a, err := operator.Open("send", from)
	if err != nil {
		return err
	}
	defer a.Close()
	if reason := unsendable(a); reason != "" {
		return term.UsageError{Text: "send: " + reason}
	}
	if !a.Settings.Templates.Has(o.usageType) {
		meant := operator.Meant(o.usageType, operator.UsageTypes())
		if meant != "" && meant != o.usageType {
			return mistake("send.mistake.type", o.usageType, meant)
		}
	}
	if ask && !term.IsTerminal(stdio.In) {
		return mistake("send.mistake.ask")
	}
	binary, err := function.Build(ctx, a.Root, stdio.Err)
	if err != nil {
		return err
	}
	s := &sender{Account: a, order: o, binary: binary, out: stdio.Out,
		paint: term.Painter(stdio.Out)}
	if ask {
		s.confirm = func(ctx context.Context) bool {
			return term.Confirm(ctx, stdio, "\n"+w.Say("send.ask"))
		}
	}
	if term.IsTerminal(stdio.Out) && !o.json {
		s.progress = stdio.Out
	}
	if o.json {
		s.out = io.Discard
	}
	result, err := s.run(ctx)
	if o.json && (err == nil || errors.Is(err, term.ErrNegative)) {
		if err := term.PrintJSON(stdio.Out, result); err != nil {
			return err
		}
	}
	return err
}

// sender sends one message.
type sender struct {
	*operator.Account
	order
	binary   string // the function's
	out      io.Writer
	paint    term.Paint
	progress io.Writer                  // a terminal to count seconds on, or nil
	confirm  func(context.Context) bool // nil: nobody is asked
}

// result is what a sender returns. Nothing in it is secret.
type result struct {
	Accepted         bool      `json:"accepted"`
	Status           int       `json:"status,omitempty"`
	Outcome          string    `json:"outcome"`
	SerialNo         string    `json:"serialNo,omitempty"`
	RequestID        string    `json:"requestId,omitempty"`
	TencentCode      string    `json:"tencentCode,omitempty"`
	TencentRequestID string    `json:"tencentRequestId,omitempty"`
	Hint             string    `json:"hint,omitempty"`
	Delivery         *delivery `json:"delivery,omitempty"`
}

// run rehearses, asks, sends, and watches.
func (s *sender) run(ctx context.Context) (result, error) {
	plan, refusal, err := s.rehearse(ctx)
	if err != nil {
		return result{}, err
	}
	if refusal != nil {
		s.show(refusal)
		s.line("note", s.Say("send.rehearsal"))
		if refusal.Outcome == "invalid_phone_number" {
			s.line("", s.adviceForNumber())
		}
		return refusal.result, term.ErrNegative
	}
	s.showPlan(plan)
	if s.confirm != nil && !s.confirm(ctx) {
		fmt.Fprintln(s.out, s.Say("send.declined"))
		return result{Outcome: "declined"}, term.ErrNegative
	}

	secret, err := s.Secret(ctx, s.Key)
	if err != nil {
		fault, _ := errors.AsType[*secrets.Error](err)
		return result{}, errors.New("send: " + s.Say("send.unread", s.Settings.Secret.Name,
			term.Plain(cmp.Or(fault.Code, s.Hint(fault.Text)))))
	}
	request, err := s.request(secret)
	if err != nil {
		return result{}, err
	}
	began := s.Clock.Now()
	sent, err := s.invoke(ctx, s.function(), request)
	if err != nil && ctx.Err() != nil {
		return result{}, errors.New("send: " + s.Say("send.interrupted", operator.Console))
	}
	if err != nil {
		return result{}, err
	}
	s.show(sent)
	r := sent.result
	if s.watch && (r.Accepted || r.doubtful()) {
		r.Delivery = s.follow(ctx, plan, sent, began)
	}
	// What the phone has was accepted, even if the answer that said so was lost.
	if r.Delivery != nil && r.Delivery.Status == delivered {
		return r, nil
	}
	if !r.Accepted || r.Delivery != nil && r.Delivery.Status == notDelivered {
		return r, term.ErrNegative
	}
	return r, nil
}

// unsendable says in one line why nothing can be sent from here, or "".
func unsendable(a *operator.Account) string {
	if len(a.Settings.Problems) > 0 {
		all := a.Problems(operator.AnyVariable)
		for _, line := range a.Env.Unread {
			detail, _ := a.Env.Explain(line)
			all = append(all, detail)
		}
		return a.Say("send.settings", a.Env.Source(), strings.Join(all, "; "))
	}
	if a.Key == nil {
		return a.KeyError.Error()
	}
	return ""
}

// randomCode returns six digits.
func randomCode() string {
	n, err := rand.Int(rand.Reader, big.NewInt(1_000_000))
	if err != nil {
		panic(err) // which crypto/rand never lets happen
	}
	return fmt.Sprintf("%06d", n)
}
