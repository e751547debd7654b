package setup

import (
	"cmp"
	"context"
	"strings"
	"time"

	"scf-sms/scripts/local/internal/operator"
	"scf-sms/scripts/local/internal/resources"
	"scf-sms/scripts/local/internal/term"
)

// deployed is the function as it is in SCF.
type deployed struct {
	config
	there    bool
	serving  string   // the version of the alias $DEFAULT
	shares   []string // versions that it gives some callers
	versions []resources.Version
	urls     []resources.Trigger
	outdated bool // its code or its settings are to be changed
}

const latest = "$LATEST"

// lookFunction plans the function and its URL.
func (s *setup) lookFunction(ctx context.Context) {
	name := s.spec.Name
	if s.unseen("function", s.readFunction(ctx)) {
		return
	}
	d := &s.function
	switch {
	case !d.there:
		s.add(makes, "function", s.createFunction, "setup.function.make", name, s.spec.Region,
			s.spec.MemorySize)
		s.add(makes, "URL", s.makeURL, "setup.url.make")
		s.add(makes, "version", s.publish, "setup.version.make", s.packaged.Version)
		return
	case d.Runtime != s.spec.Runtime && d.Runtime != "", d.Type != "Event" && d.Type != "":
		s.block("function", "setup.function.other", name, term.Plain(d.Runtime))
		return
	case d.Status == "CreateFailed":
		reason := ""
		for _, r := range d.StatusReasons {
			reason = term.Plain(r.ErrorMessage)
		}
		s.add(changes, "function", s.recreateFunction, "setup.function.failed", name, reason)
		s.add(makes, "URL", s.makeURL, "setup.url.make")
		s.add(makes, "version", s.publish, "setup.version.make", s.packaged.Version)
		return
	case d.Status != "Active":
		s.block("function", "setup.function.state", name, term.Plain(d.Status))
		return
	case d.AvailableStatus == "InsufficientBalance":
		s.warn("function", "setup.function.stopped", name)
	}
	s.planUpdate()
	s.planURL()
	s.planServing()
}

// readFunction reads what is deployed. It waits for the end of a change that is under way.
func (s *setup) readFunction(ctx context.Context) (f *operator.Failure) {
	d := &s.function
	if f = s.awaitFunction(ctx); f != nil || !d.there || d.Status == "CreateFailed" {
		return f
	}
	if d.urls, f = s.Triggers(ctx, s.spec.Name); f != nil {
		return f
	}
	if d.versions, f = s.Versions(ctx, s.spec.Name); f != nil {
		return f
	}
	d.serving, d.shares, f = s.Serving(ctx, s.spec.Name)
	return f
}

// awaitFunction reads the function's configuration, and does so again while it is being changed,
// for five minutes at most.
func (s *setup) awaitFunction(ctx context.Context) *operator.Failure {
	const longest = 5 * time.Minute
	for waited := time.Duration(0); ; waited += poll {
		s.function.config = config{}
		var f *operator.Failure
		s.function.there, f = s.Function(ctx, s.spec.Name, &s.function.config)
		busy := strings.HasSuffix(s.function.Status, "ing")
		if f != nil || !busy || waited >= longest {
			return f
		}
		if waited == 0 {
			s.meanwhile("setup.waiting", s.words.Say("setup.waiting.state", s.spec.Name,
				term.Plain(s.function.Status)))
		}
		if s.Pause(ctx, poll) != nil {
			return f
		}
	}
}

// planUpdate plans what is to be changed in a function that is there.
func (s *setup) planUpdate() {
	d, name := &s.function, s.spec.Name
	build := func(description string) string {
		return first(strings.SplitN(description, " version", 2))
	}
	newest := d.newest()
	sameCode := d.published() && build(newest.Description) == build(s.description())
	all := s.spec.differences(&d.config)
	if !sameCode {
		if !d.published() {
			// So that there is a way back.
			s.add(makes, "version", func(ctx context.Context) error {
				return s.publishAs(ctx, "before setup")
			}, "setup.version.before", name)
		}
		s.add(changes, "function", s.updateCode, "setup.function.code", name, s.packaged.Version)
	}
	for i, one := range all {
		do := s.updateConfig
		if i > 0 {
			do = nil // one call changes all
		}
		s.add(changes, "function", do, "setup.function.config", one.what, quoted(one.from),
			quoted(one.to))
	}
	d.outdated = !sameCode || len(all) > 0
	if !d.outdated {
		s.there("function", "setup.function.there", name, s.packaged.Version)
		return
	}
	s.add(makes, "version", s.publish, "setup.version.make", s.packaged.Version)
}

func quoted(text string) string {
	if text == "" {
		return "-"
	}
	return term.Plain(text)
}

// params are the function's configuration for SCF, as Tencent's own tool sends it.
func (s *setup) params() map[string]any {
	status := map[bool]string{true: "ENABLE", false: "DISABLE"}
	variables := []map[string]string{}
	for _, v := range s.spec.Variables {
		variables = append(variables, map[string]string{"Key": v.Key, "Value": v.Value})
	}
	if len(variables) == 0 { // an empty list would change nothing
		variables = append(variables, map[string]string{"Key": "", "Value": ""})
	}
	p := map[string]any{
		"FunctionName": s.spec.Name, "Namespace": "default", "Role": s.spec.Role,
		"Description": s.spec.Description, "MemorySize": s.spec.MemorySize,
		"Timeout":     s.spec.Timeout,
		"Environment": map[string]any{"Variables": variables},
		"PublicNetConfig": map[string]any{"PublicNetStatus": status[s.spec.Public],
			"EipConfig": map[string]any{"EipStatus": s.fixedAddress()}},
	}
	if s.spec.InitTimeout != 0 {
		p["InitTimeout"] = s.spec.InitTimeout
	}
	if s.spec.Topic != "" { // only together with Role, which is always there
		p["ClsLogsetId"], p["ClsTopicId"] = s.spec.Logset, s.spec.Topic
	}
	if s.spec.VPC != "" {
		p["VpcConfig"] = map[string]any{"VpcId": s.spec.VPC, "SubnetId": s.spec.Subnet}
	}
	return p
}

// fixedAddress says whether the function calls from an address of its own. serverless.yml doesn't
// say it, so one that was given in the console stays: nobody gets it back.
func (s *setup) fixedAddress() string {
	if !s.spec.Public {
		return "DISABLE"
	}
	return cmp.Or(s.function.PublicNetConfig.EipConfig.EipStatus, "DISABLE")
}

func (s *setup) createFunction(ctx context.Context) error {
	params := s.params()
	params["Type"], params["Runtime"], params["Handler"] = "Event", s.spec.Runtime, s.spec.Handler
	params["InstallDependency"] = "FALSE"
	f := s.settle(ctx, s.newRole(), resources.RoleUnknown, func() *operator.Failure {
		return s.CreateFunction(ctx, params, s.packaged.Archive)
	})
	if f != nil && !made(f) {
		return s.failed(f)
	}
	return s.active(ctx)
}

// active waits until the function can be used.
func (s *setup) active(ctx context.Context) error {
	if f := s.awaitFunction(ctx); f != nil {
		return s.failed(f)
	}
	switch {
	case !s.function.there:
		return s.stop("setup.lost")
	case s.function.Status != "Active":
		reason := ""
		for _, r := range s.function.StatusReasons {
			reason = " (" + term.Plain(r.ErrorMessage) + ")"
		}
		return s.stop("setup.function.broken", term.Plain(s.function.Status)+reason)
	}
	return s.Pause(ctx, time.Second) // just Active, the next change may still be refused
}

// recreateFunction deletes a function that could not be created, and creates it: SCF can't update
// one. It never had a URL, so none is lost.
func (s *setup) recreateFunction(ctx context.Context) error {
	urls, f := s.Triggers(ctx, s.spec.Name)
	if f != nil && !f.Absent() {
		return s.failed(f)
	}
	if len(urls) > 0 {
		return s.stop("setup.function.url", s.spec.Name)
	}
	f = s.settle(ctx, s.spec.Name, again, func() *operator.Failure {
		return s.DeleteFunction(ctx, s.spec.Name)
	})
	if f != nil && !f.Absent() {
		return s.failed(f)
	}
	for waited := time.Duration(0); waited < patience; waited += poll {
		there, f := s.Function(ctx, s.spec.Name, &s.function.config)
		if f != nil {
			return s.failed(f)
		}
		if !there {
			return s.createFunction(ctx)
		}
		if err := s.Pause(ctx, poll); err != nil {
			return err
		}
	}
	return s.stop("setup.function.broken", "Deleting")
}

// again is for settle: a change of the function that may be made twice.
func again(f *operator.Failure) bool { return resources.Busy(f) || f.Unclear() }

func (s *setup) updateCode(ctx context.Context) error {
	f := s.settle(ctx, s.lastChange(), again, func() *operator.Failure {
		return s.UpdateCode(ctx, s.spec.Name, s.spec.Handler, s.packaged.Archive)
	})
	if f != nil {
		return s.failed(f)
	}
	return s.active(ctx)
}

func (s *setup) updateConfig(ctx context.Context) error {
	params := s.params()
	params["L5Enable"] = cmp.Or(s.function.L5Enable, "FALSE")
	f := s.settle(ctx, s.lastChange(), func(f *operator.Failure) bool {
		return again(f) || resources.RoleUnknown(f)
	}, func() *operator.Failure {
		return s.UpdateConfig(ctx, params)
	})
	if f != nil {
		return s.failed(f)
	}
	return s.active(ctx)
}
