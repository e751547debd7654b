package send

import (
	"fmt"
	"strings"

	"scf-sms/internal/phone"
	"scf-sms/scripts/local/internal/operator"
	"scf-sms/scripts/local/internal/term"
)

// labelWidth is the column of the labels.
const labelWidth = 12

// line shows one thing, on as many lines as it takes.
func (s *sender) line(label, text string) {
	if text == "" {
		return
	}
	for i, line := range term.Wrap(operator.Plain(text), term.PageWidth-labelWidth-4) {
		if i > 0 {
			label = ""
		}
		blanks := strings.Repeat(" ", labelWidth-len(label))
		fmt.Fprintf(s.out, "  %s%s  %s\n", s.paint(term.Faint, label), blanks, line)
	}
}

// showPlan shows what will be sent.
func (s *sender) showPlan(p *plan) {
	destination := "outside mainland China"
	if strings.HasPrefix(p.number(), "+86") {
		destination = "in mainland China"
	}
	kind := s.usageType
	if s.locale != "" {
		kind += " (" + s.locale + ")"
	}
	signature := p.SignName
	if signature == "" {
		signature = "none"
	}
	cloud := "Tencent Cloud"
	if s.Sim != nil {
		cloud = "a simulated Tencent Cloud: nobody gets it, and it costs nothing"
	}
	fmt.Fprintln(s.out, s.paint(term.Bold, "To be sent"))
	s.line("to", phone.Mask(p.number())+", "+destination)
	s.line("type", kind)
	s.line("code", s.code)
	s.line("template", p.TemplateId+" with "+strings.Join(p.TemplateParamSet, ", "))
	s.line("signature", signature)
	s.line("sender id", p.SenderId)
	s.line("settings", s.Env.Source())
	s.line("secret", fmt.Sprintf("%s, %s, in %s",
		s.Settings.Secret.Name, s.Settings.Secret.Version, s.Settings.Secret.Region))
	s.line("by", cloud)
}

// show shows the answer and the function's line in the log.
func (s *sender) show(i *invocation) {
	l := &i.log
	fmt.Fprintln(s.out)
	switch {
	case i.Accepted:
		fmt.Fprintln(s.out, s.paint(term.Green, "✓ accepted by Tencent"))
	case i.doubtful():
		doubt := s.paint(term.Yellow, "? nobody knows whether it was sent")
		fmt.Fprintf(s.out, "%s: %d %s\n", doubt, i.Status, i.Outcome)
	default:
		fmt.Fprintf(s.out, "%s: %d %s\n", s.paint(term.Red, "✗ not sent"), i.Status, i.Outcome)
	}
	s.line("SerialNo", i.SerialNo)
	if !i.Accepted {
		s.line("reason", i.TencentCode)
		s.line("hint", i.Hint)
		if i.Status >= 400 {
			s.line("answer", i.body)
		}
	}
	s.line("request id", i.RequestID)
	s.line("Tencent's id", i.TencentRequestID)
	times := fmt.Sprintf("%d ms, of which %d in SSM and %d in SMS", l.Ms, l.SSMMs, l.SMSMs)
	if l.Attempts > 1 {
		times += fmt.Sprintf(", %d attempts", l.Attempts)
	}
	s.line("time", times)
	for _, line := range i.others {
		s.line("log", strings.TrimSpace(line))
	}
}

// showDelivery shows how it ended.
func (s *sender) showDelivery(d *delivery) {
	fmt.Fprintln(s.out)
	reason := ""
	if d.Description != "" {
		reason = " (" + d.Description + ")"
	}
	switch d.Status {
	case delivered:
		fmt.Fprintf(s.out, "%s after %d s%s\n",
			s.paint(term.Green, "✓ the phone has it"), d.Seconds, reason)
	case notDelivered:
		fmt.Fprintf(s.out, "%s%s\n", s.paint(term.Red, "✗ the phone didn't get it"), reason)
	default:
		fmt.Fprintf(s.out, "%s%s: look at %s later\n",
			s.paint(term.Yellow, "? no delivery report"), reason, operator.Console)
	}
}
