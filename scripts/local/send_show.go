package main

import (
	"fmt"
	"strings"
)

// labelWidth is the column of the labels.
const labelWidth = 12

// line shows one thing, on as many lines as it takes.
func (s *sender) line(label, text string) {
	if text == "" {
		return
	}
	for i, line := range wrap(text, pageWidth-labelWidth-4) {
		if i > 0 {
			label = ""
		}
		fmt.Fprintf(s.out, "  %s%s  %s\n", s.paint(faint, label), strings.Repeat(" ", labelWidth-len(label)), line)
	}
}

// showPlan shows what will be sent.
func (s *sender) showPlan(p *plan) {
	destination := "outside mainland China"
	if strings.HasPrefix(p.number(), "+86") {
		destination = "in mainland China"
	}
	kind := s.usage
	if s.locale != "" {
		kind += " (" + s.locale + ")"
	}
	signature := p.SignName
	if signature == "" {
		signature = "none"
	}
	cloud := "Tencent Cloud"
	if s.sim != nil {
		cloud = "a simulated Tencent Cloud: nobody gets it, and it costs nothing"
	}
	fmt.Fprintln(s.out, s.paint(bold, "To be sent"))
	s.line("to", mask(p.number())+", "+destination)
	s.line("type", kind)
	s.line("code", s.code)
	s.line("template", fmt.Sprintf("%s with %s", p.TemplateId, strings.Join(p.TemplateParamSet, ", ")))
	s.line("signature", signature)
	s.line("sender id", p.SenderId)
	s.line("settings", s.env.source())
	s.line("secret", fmt.Sprintf("%s, %s, in %s", s.settings.SecretName, s.settings.SecretVersion, s.settings.SecretRegion))
	s.line("by", cloud)
}

// show shows what came of it: the answer, and the function's line in the log.
func (s *sender) show(i *invocation) {
	l := &i.log
	fmt.Fprintln(s.out)
	switch {
	case i.accepted():
		fmt.Fprintln(s.out, s.paint(green, "✓ accepted by Tencent"))
	case i.doubtful():
		fmt.Fprintf(s.out, "%s: %d %s\n", s.paint(yellow, "? nobody knows whether it was sent"), i.status, l.Outcome)
	default:
		fmt.Fprintf(s.out, "%s: %d %s\n", s.paint(red, "✗ not sent"), i.status, l.Outcome)
	}
	s.line("SerialNo", l.SerialNo)
	if !i.accepted() {
		s.line("reason", l.TencentCode)
		s.line("hint", l.Hint)
		s.line("answer", i.body)
	}
	s.line("request id", i.result.RequestID)
	s.line("Tencent's id", l.TencentRequestID)
	times := fmt.Sprintf("%d ms, of which %d in SSM and %d in SMS", l.Ms, l.SSMMs, l.SMSMs)
	if l.Attempts > 1 {
		times += fmt.Sprintf(", %d attempts", l.Attempts)
	}
	s.line("time", times)
	for line := range strings.Lines(i.other) {
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
		fmt.Fprintf(s.out, "%s after %d s%s\n", s.paint(green, "✓ the phone has it"), d.Seconds, reason)
	case notDelivered:
		fmt.Fprintf(s.out, "%s%s\n", s.paint(red, "✗ the phone didn't get it"), reason)
	default:
		fmt.Fprintf(s.out, "%s%s: look at %s later\n", s.paint(yellow, "? no delivery report"), reason, console)
	}
}
