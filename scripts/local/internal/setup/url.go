package setup

import (
	"context"
	"slices"
	"time"

	"scf-sms/scripts/local/internal/operator"
	"scf-sms/scripts/local/internal/resources"
	"scf-sms/scripts/local/internal/term"
)

// desc is what the URL shall be like.
func (s *setup) desc() (d resources.Desc) {
	d.AuthType = s.spec.URL.AuthType
	d.NetConfig.EnableExtranet, d.NetConfig.EnableIntranet = s.spec.URL.Extranet, s.spec.URL.Intranet
	return d
}

// trigger returns the URL that callers know: that of the qualifier in serverless.yml, else any
// other; nil if there is none.
func (s *setup) trigger() *resources.Trigger {
	urls := s.function.urls
	if len(urls) == 0 {
		return nil
	}
	i := slices.IndexFunc(urls, func(t resources.Trigger) bool {
		return t.Qualifier == s.spec.URL.Qualifier
	})
	return &urls[max(i, 0)]
}

// planURL plans the URL of a function that is there. Callers know it, so it is never made anew.
func (s *setup) planURL() {
	t := s.trigger()
	if t == nil {
		s.add(makes, "URL", s.makeURL, "setup.url.make")
		return
	}
	has := t.Desc()
	has.NetConfig.ExtranetUrl = ""
	if has != s.desc() || t.Enable != 1 {
		s.add(changes, "URL", s.updateURL, "setup.url.change", describe(*t), describe(
			resources.Trigger{Enable: 1, TriggerDesc: s.desc().Text()}))
		return
	}
	if t.Qualifier != s.spec.URL.Qualifier {
		s.warn("URL", "setup.url.elsewhere", t.URL(), t.Qualifier)
		return
	}
	s.there("URL", "setup.url.there", t.URL())
}

// describe is a URL's description for people.
func describe(t resources.Trigger) string {
	d := t.Desc()
	text := "authType " + term.Plain(d.AuthType)
	if d.NetConfig.EnableExtranet {
		text += ", extranet"
	}
	if d.NetConfig.EnableIntranet {
		text += ", intranet"
	}
	if t.Enable != 1 {
		text += ", off"
	}
	return text
}

func (s *setup) makeURL(ctx context.Context) error {
	f := s.settle(ctx, s.lastChange(), resources.Busy, func() *operator.Failure {
		return s.CreateTrigger(ctx, s.spec.Name, s.spec.URL.Qualifier, s.desc())
	})
	full := f.Is("LimitExceeded.Trigger") // by the URL that is there, or by others
	if f != nil && !made(f) && !full {
		return s.failed(f)
	}
	err := s.awaitURL(ctx)
	if err != nil && full {
		return s.failed(f)
	}
	return err
}

// awaitURL reads the URLs until there is one.
func (s *setup) awaitURL(ctx context.Context) error {
	const longest = 30 * time.Second
	for waited := time.Duration(0); waited <= longest; waited += poll {
		var f *operator.Failure
		if s.function.urls, f = s.Triggers(ctx, s.spec.Name); f != nil {
			return s.failed(f)
		}
		if t := s.trigger(); t != nil && t.URL() != "" {
			return nil
		}
		if err := s.Pause(ctx, poll); err != nil {
			return err
		}
	}
	return s.stop("setup.url.none")
}

// updateURL changes the URL. Tencent's documents contradict each other on whether that can be done;
// where it can't, the URL stays as it is, and the step is [undone].
func (s *setup) updateURL(ctx context.Context) error {
	f := s.settle(ctx, s.lastChange(), again, func() *operator.Failure {
		return s.UpdateTrigger(ctx, s.spec.Name, *s.trigger(), s.desc())
	})
	if f != nil && (f.Denied() || f.Code == "") {
		return s.failed(f)
	}
	if err := s.awaitURL(ctx); err != nil || f == nil {
		return err
	}
	return undone(s.words.Say("setup.url.fixed", f.Code))
}
