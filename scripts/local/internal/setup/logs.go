package setup

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"scf-sms/scripts/local/internal/operator"
	"scf-sms/scripts/local/internal/resources"
	"scf-sms/scripts/local/internal/term"
)

// logs is what -alarms needs in CLS: a topic of one's own. That of SCF keeps its index, which lacks
// the function's fields (https://cloud.tencent.com/document/product/583/18032).
type logs struct {
	closed bool             // nobody has opened CLS yet, so that it answers nothing
	topic  *resources.Topic // nil: it isn't made yet
	index  resources.Index  // that of docs/cls/index.json
}

const keptDays = 30 // of the log lines in a topic that is made here

// readFile reads a file of docs/cls. What this program doesn't know in it is an error: it would be
// left out in silence.
func (s *setup) readFile(name string, to any) error {
	text, err := os.ReadFile(filepath.Join(s.Root, "docs", "cls", name))
	if err == nil {
		decoder := json.NewDecoder(strings.NewReader(string(text)))
		decoder.DisallowUnknownFields()
		err = decoder.Decode(to)
	}
	if err != nil {
		return fmt.Errorf("docs/cls/%s: %w", name, err)
	}
	return nil
}

// lookTopic plans the topic, before the function that writes to it. It is the one that
// serverless.yml names, or that the function writes to already, or one of the function's name.
func (s *setup) lookTopic(ctx context.Context) {
	if !s.alarms {
		return
	}
	open, f := s.LogsOpen(ctx)
	if s.unseen("logs", f) {
		return
	}
	s.logs.closed = !open
	switch {
	case !open && s.spec.Topic != "":
		s.block("topic", "setup.topic.none", s.spec.Logset, s.spec.Topic)
		return
	case !open:
		s.add(makes, "logs", s.openLogs, "setup.logs.open")
		s.planTopic()
		return
	}
	t, named, f := s.findTopic(ctx)
	switch {
	case s.unseen("topic", f):
	case named && (t == nil || t.LogsetId != s.spec.Logset):
		s.block("topic", "setup.topic.none", s.spec.Logset, s.spec.Topic)
	case t == nil:
		s.planTopic()
	case t.OfService():
		s.block("topic", "setup.topic.service", term.Plain(t.TopicName))
	case !named && s.spec.Topic == "" && !t.Ours():
		s.block("topic", "setup.topic.other", term.Plain(t.TopicName), t.LogsetId, t.TopicId)
	default:
		s.logs.topic = t
		s.spec.Logset, s.spec.Topic = t.LogsetId, t.TopicId
		s.there("topic", "setup.topic.there", term.Plain(t.TopicName))
	}
}

// findTopic returns the topic, nil if there is none. named means that somebody said which it is.
func (s *setup) findTopic(ctx context.Context) (
	t *resources.Topic, named bool, f *operator.Failure,
) {
	if s.spec.Topic != "" {
		t, f = s.Topic(ctx, s.spec.Topic)
		return t, true, f
	}
	var now config
	there, f := s.Function(ctx, s.spec.Name, &now)
	if f != nil {
		return nil, false, f
	}
	if there && now.ClsTopicId != "" {
		if t, f = s.Topic(ctx, now.ClsTopicId); f != nil {
			return nil, false, f
		}
		if t != nil && !t.OfService() {
			s.spec.Logset, s.spec.Topic = t.LogsetId, t.TopicId
			return t, true, nil
		}
	}
	set, f := s.Logset(ctx, s.spec.Name)
	if f != nil || set == "" {
		return nil, false, f
	}
	t, f = s.TopicNamed(ctx, set, s.spec.Name)
	return t, false, f
}

// planTopic plans a topic of the function's name. Until it is made it has words for an id.
func (s *setup) planTopic() {
	s.add(makes, "topic", s.makeTopic, "setup.topic.make", s.spec.Name, s.spec.Region, keptDays)
	s.spec.Logset, s.spec.Topic = "", s.words.Say("setup.topic.new")
}

func (s *setup) openLogs(ctx context.Context) error {
	open := func() *operator.Failure { return s.OpenLogs(ctx) }
	what := s.waitsForCLS(s.words.Say("setup.name.logs"))
	return s.errorOf(s.settle(ctx, what, (*operator.Failure).Unclear, open))
}

// waitsForCLS is what settle waits for where CLS is still busy.
func (s *setup) waitsForCLS(what string) string { return s.words.Say("setup.waiting.cls", what) }

// notYet is for settle: CLS is at work, or an answer was lost. Whatever is called then looks first.
func notYet(f *operator.Failure) bool {
	return resources.LogsBusy(f) || resources.Taken(f) || f.Unclear()
}

// makeTopic makes the logset and the topic, where they aren't there yet.
func (s *setup) makeTopic(ctx context.Context) error {
	name := s.spec.Name
	return s.errorOf(s.settle(ctx, s.waitsForCLS(name), notYet, func() *operator.Failure {
		set, f := s.Logset(ctx, name)
		if f == nil && set == "" {
			set, f = s.CreateLogset(ctx, name)
		}
		if f != nil {
			return f
		}
		t, f := s.TopicNamed(ctx, set, name)
		if f != nil {
			return f
		}
		if t == nil {
			t = &resources.Topic{LogsetId: set}
			if t.TopicId, f = s.CreateTopic(ctx, set, name, keptDays); f != nil {
				return f
			}
		}
		s.logs.topic = t
		s.spec.Logset, s.spec.Topic = t.LogsetId, t.TopicId
		return nil
	}))
}

// lookIndex plans the index, whose fields are those of docs/cls/index.json. What else an index has
// stays.
func (s *setup) lookIndex(ctx context.Context) {
	want := &s.logs.index
	if err := s.readFile("index.json", want); err != nil {
		s.block("index", "setup.logs.file", err.Error())
		return
	}
	var has *resources.Index
	if s.logs.topic != nil {
		// A run that was interrupted may have made the topic just now.
		f := s.settle(ctx, s.waitsForCLS(s.logs.topic.TopicName), absent, func() (f *operator.Failure) {
			has, f = s.Index(ctx, s.logs.topic.TopicId)
			return f
		})
		if s.unseen("index", f) {
			return
		}
	}
	if has == nil {
		s.add(makes, "index", s.makeIndex, "setup.index.make", len(want.Fields()))
		return
	}
	before := len(s.plan)
	change := func(key string, values ...any) {
		do := s.makeIndex
		if len(s.plan) > before {
			do = nil // one call changes all
		}
		s.add(changes, "index", do, key, values...)
	}
	var lacks []string
	for _, f := range want.Fields() {
		v, there := has.Field(f.Key)
		switch {
		case !there:
			lacks = append(lacks, f.Key)
		case !v.Same(f.Value):
			change("setup.index.change", f.Key, describeField(v), describeField(f.Value))
		}
	}
	if len(lacks) > 0 {
		change("setup.index.lacks", strings.Join(lacks, ", "))
	}
	if !has.Status {
		change("setup.index.off")
	}
	if len(s.plan) == before {
		s.there("index", "setup.index.there", len(want.Fields()))
	}
}

// describeField is how a field is read, for people.
func describeField(v resources.FieldValue) string {
	text := term.Plain(v.Type)
	if v.Tokenizer != "" {
		text += fmt.Sprintf(" %q", v.Tokenizer)
	}
	if v.SqlFlag {
		text += " SqlFlag"
	}
	if v.ContainZH {
		text += " ContainZH"
	}
	return text
}

// makeIndex makes the index, or puts the fields into the one that is there.
func (s *setup) makeIndex(ctx context.Context) error {
	want := s.logs.index
	return s.errorOf(s.settle(ctx, s.waitsForCLS(s.words.Say("setup.name.index")), notYet,
		func() *operator.Failure {
			has, f := s.Index(ctx, s.spec.Topic)
			index := want
			switch {
			case f != nil || has != nil && has.Covers(&want):
				return f
			case has != nil:
				index = has.With(&want)
			}
			index.TopicId = s.spec.Topic
			return s.SetIndex(ctx, index, has == nil)
		}))
}
