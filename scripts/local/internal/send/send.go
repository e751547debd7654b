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
	"regexp"
	"strings"
	"time"

	"scf-sms/internal/settings"
	"scf-sms/scripts/local/internal/function"
	"scf-sms/scripts/local/internal/operator"
	"scf-sms/scripts/local/internal/term"
	"scf-sms/scripts/local/internal/words"
	"scf-sms/secrets"
)

const help = `Usage: go run ./scripts/local send -to NUMBER [-type TYPE] [-code CODE]
                                   [-locale TAG] [-env FILE | -stage STAGE]
                                   [-simulate] [-yes] [-watch] [-json]

Sends one real message, by the function's binary and with its real settings:
those that scf deploys with ("check -h" says where they are), the secret and
SMS. Your own key (TENCENT_SECRET_ID, TENCENT_SECRET_KEY, TENCENT_TOKEN or
TENCENTCLOUD_…) plays the part of the function's role; it needs
ssm:GetSecretValue, and for -watch sms:PullSmsSendStatusByPhoneNumber. First it
shows what will be sent, and asks. It proves itself by the secret's
authorization or, without one, as Supabase or ZITADEL does. The exit status is 1
if the message was not accepted, or is known not to have reached the phone. It
counts in no limit of REDIS_URL, and none refuses it. While it is sent, the
function's RPC port is open on every interface: scf-go-lib takes no address.

Examples: go run ./scripts/local send -to +8613800138000 -type SignIn -watch
          go run ./scripts/local send -to +8613800138000 -simulate -watch

`

// order is the message to be sent, as the flags have it.
type order struct {
	to, usageType, code, locale string
	watch, json                 bool
}

// Run runs the command.
func Run(ctx context.Context, args []string, stdio term.Stdio) error {
	flags := flag.NewFlagSet("send", flag.ContinueOnError)
	var o order
	flags.StringVar(&o.to, "to", "", "phone `NUMBER` with + and calling code")
	flags.StringVar(&o.usageType, "type", "Generic",
		"Logto's usage `TYPE`: SignIn, Register, ForgotPassword,\nGeneric, …")
	flags.StringVar(&o.code, "code", "",
		"verification `CODE` of 1 to 6 digits; by default six random ones")
	flags.StringVar(&o.locale, "locale", "", "the reader's language `TAG`, such as zh-CN")
	var from operator.Options
	from.AddFlags(flags, words.English(), "send to a simulated Tencent Cloud for nothing")
	yes := flags.Bool("yes", false, "send without asking")
	flags.BoolVar(&o.watch, "watch", false, "wait up to a minute for the delivery report")
	flags.BoolVar(&o.json, "json", false, "for machines: the result as one object, alone")
	if err := term.ParseFlags(flags, args, stdio.Out, help); err != nil {
		return err
	}
	ask := !*yes && !from.Simulate
	mistake := ""
	switch {
	case flags.NArg() > 0:
		mistake = "takes no arguments, only flags: " + flags.Arg(0)
	case o.to == "":
		mistake = "say where to: -to +8613800138000"
	case o.code != "" && !regexp.MustCompile(`^[0-9]{1,6}$`).MatchString(o.code):
		mistake = "-code must be 1 to 6 digits: " + o.code
	case ask && o.json:
		mistake = "-json can't ask; say -yes to send without being asked"
	}
	if mistake != "" {
		return term.UsageError{Text: "send: " + mistake}
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
			return term.UsageError{Text: "send: there is no usage type " + o.usageType + ": " +
				meant + "?"}
		}
	}
	if ask && !term.IsTerminal(stdio.In) {
		return term.UsageError{Text: "send: standard input is no terminal to ask at; " +
			"say -yes to send without being asked"}
	}
	binary, err := function.Build(ctx, a.Root, stdio.Err)
	if err != nil {
		return err
	}
	s := &sender{Account: a, order: o, binary: binary, out: stdio.Out,
		paint: term.Painter(stdio.Out), wait: pause}
	if ask {
		s.confirm = func(ctx context.Context) bool {
			return term.Confirm(ctx, stdio, "\nSend it? It costs what an SMS costs.")
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
	progress io.Writer                                 // a terminal to count seconds on, or nil
	confirm  func(context.Context) bool                // nil: nobody is asked
	wait     func(context.Context, time.Duration) bool // false: the context ended
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
		s.line("note", "this was a rehearsal: Tencent Cloud has not been asked")
		if refusal.Outcome == "invalid_phone_number" {
			s.line("", "write the number with + and its calling code, such as +8613800138000")
		}
		return refusal.result, term.ErrNegative
	}
	s.showPlan(plan)
	if s.confirm != nil && !s.confirm(ctx) {
		fmt.Fprintln(s.out, "Nothing was sent.")
		return result{Outcome: "declined"}, term.ErrNegative
	}

	secret, err := s.Secret(ctx, s.Key)
	if err != nil {
		fault, _ := errors.AsType[*secrets.Error](err)
		return result{}, fmt.Errorf("send: the secret %s can't be read: %s; %q says more",
			s.Settings.Secret.Name, operator.Plain(cmp.Or(fault.Code, fault.Text)), "check")
	}
	request, err := s.request(secret)
	if err != nil {
		return result{}, err
	}
	began := s.Clock.Now()
	sent, err := s.invoke(ctx, s.function(), request)
	if err != nil && ctx.Err() != nil {
		return result{}, errors.New("send: interrupted, so nobody knows whether it was sent: " +
			"look at " + operator.Console)
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
		all := settings.Sentences(a.Settings.Problems)
		for _, line := range a.Env.Unread {
			detail, _ := a.Env.Explain(line)
			all = append(all, detail)
		}
		return fmt.Sprintf("the settings of %s can't be used: %s",
			a.Env.Source(), strings.Join(all, "; "))
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

// pause waits, unless ctx ends first.
func pause(ctx context.Context, d time.Duration) bool {
	select {
	case <-time.After(d):
		return true
	case <-ctx.Done():
		return false
	}
}
