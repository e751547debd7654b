package setup

import (
	"cmp"
	"context"
	"time"

	"scf-sms/internal/tencent"
	"scf-sms/scripts/local/internal/resources"
	"scf-sms/scripts/local/internal/term"
)

// proofs are the fields of a secret that let callers in.
var proofs = []string{"authorization", "supabase", "zitadel"}

// held is one of the secrets that the function reads: there is one with all, or one with the key
// and one for the callers.
type held struct {
	name, version string
	there         bool
	value         resources.Value
	creator       string // the uin of who created it
}

// lookSecrets plans the secrets and, if one needs a key, the user whose key it is.
func (s *setup) lookSecrets(ctx context.Context) {
	open, stopped, f := s.SecretsOpen(ctx)
	switch {
	case s.unseen("secret", f):
		return
	case stopped:
		s.block("secret", "setup.secret.stopped")
		return
	case !open:
		s.block("secret", "setup.secret.closed")
		return
	}
	c := &s.Settings.Secret
	s.keyed = &held{name: c.Name, version: c.Version}
	s.callers = s.keyed
	if c.Callers != "" && c.Callers != c.Name {
		s.callers = &held{name: c.Callers, version: "SSM_Current"}
	}
	for _, h := range s.secrets() {
		if !s.lookSecret(ctx, h) {
			return
		}
	}
	s.planKey(ctx)
	s.planCallers()
}

// secrets are the one or two that the function reads.
func (s *setup) secrets() []*held {
	if s.callers == s.keyed {
		return []*held{s.keyed}
	}
	return []*held{s.keyed, s.callers}
}

// lookSecret reads a secret, and reports whether it can be planned with.
func (s *setup) lookSecret(ctx context.Context, h *held) bool {
	d, f := s.DescribeSecret(ctx, h.name)
	switch {
	case s.unseen("secret", f):
		return false
	case d == nil:
		h.value = resources.NewValue()
		return true
	case d.Status != "Enabled":
		s.block("secret", "setup.secret.state", h.name, term.Plain(d.Status))
		return false
	}
	h.there, h.creator = true, d.CreateUinString
	value, f, err := s.ReadSecret(ctx, h.name, h.version)
	switch {
	case f.Absent():
		s.block("secret", "setup.secret.version", h.name, h.version)
		return false
	case s.unseen("secret", f):
		return false
	case err != nil:
		s.block("secret", "setup.secret.unusable", h.name, s.words.Hint(err.Error()))
		return false
	}
	if !value.Ours() {
		s.block("secret", "setup.secret.other", h.name)
		return false
	}
	h.value = value
	return true
}

// planKey plans the key in the secret. One that works is left alone, whosever it is.
func (s *setup) planKey(ctx context.Context) {
	h, id := s.keyed, s.keyed.value.KeyID()
	if h.there && id != "" {
		key := tencent.NewKey(id, first(h.value.Texts("accessKeySecret")),
			first(h.value.Texts("token")))
		switch verdict, code := s.TryKey(ctx, key); verdict {
		case resources.Accepted:
			s.there("key", "setup.key.works", h.name)
			s.warnOfSecond(ctx, id)
			return
		case resources.Unknown:
			s.block("key", "setup.key.unknown", cmp.Or(code, "-"))
			return
		default:
			own, _ := s.userKeys(ctx, id)
			switch {
			case own == nil && s.callers != s.keyed:
			case own == nil: // somebody else's, or gone
				s.add(changes, "key", nil, "setup.key.refused", h.name, code)
			case !own.Active():
				s.block("key", "setup.key.disabled", h.name)
				return
			case tencent.Is(code, "AuthFailure.SignatureFailure"):
				s.block("key", "setup.key.halves", h.name)
				return
			default: // it is new, or lacks the permission
				s.lookSender(ctx)
				s.add(changes, "key", func(ctx context.Context) error {
					return s.awaitKey(ctx, key)
				}, "setup.key.await", h.name, code)
				return
			}
		}
	}
	if s.callers != s.keyed {
		// Secrets Manager rotates the key, and so must have made it.
		s.block("secret", "setup.secret.managed", h.name)
		return
	}
	s.lookSender(ctx)
	s.needsKey = true
	if s.sender != nil {
		s.lookKeys(ctx, s.sender.Uin)
	}
}

// userKeys returns the user's key of an id, and the other one; nil where there is none, or where
// that can't be seen.
func (s *setup) userKeys(ctx context.Context, id string) (own, other *resources.AccessKey) {
	user, f := s.User(ctx, s.user)
	if f != nil || user == nil {
		return nil, nil
	}
	keys, _ := s.Keys(ctx, user.Uin)
	for _, k := range keys {
		if k.AccessKeyId == id {
			own = &k
		} else {
			other = &k
		}
	}
	return own, other
}

// warnOfSecond shows a second key that accepts requests, which a rotation may have left.
func (s *setup) warnOfSecond(ctx context.Context, id string) {
	own, other := s.userKeys(ctx, id)
	if own != nil && other != nil && other.Active() {
		s.warn("key", "setup.key.second", s.user)
	}
}

func first(texts []string) string { return append(texts, "")[0] }

// planCallers plans the secrets' values.
func (s *setup) planCallers() {
	needsToken := true
	for _, field := range proofs {
		needsToken = needsToken && len(s.callers.value.Texts(field)) == 0
	}
	h := s.callers
	switch {
	case !h.there && s.needsKey:
		s.add(makes, "key", nil, "setup.key.make", s.user)
		s.add(makes, "secret", s.makeSecret, "setup.secret.make", h.name, s.Settings.Secret.Region)
	case !h.there:
		s.add(makes, "secret", s.makeSecret, "setup.secret.callers", h.name,
			s.Settings.Secret.Region)
	case s.needsKey && needsToken:
		s.add(changes, "secret", s.makeSecret, "setup.secret.both", h.name)
	case s.needsKey:
		s.add(changes, "secret", s.makeSecret, "setup.secret.key", h.name)
	case needsToken:
		s.add(changes, "secret", s.makeSecret, "setup.secret.token", h.name)
	default:
		s.there("secret", "setup.secret.there", h.name)
	}
	s.needsToken = needsToken
}

const cleanup = 15 * time.Second // for taking a key away again, also when interrupted

// makeSecret makes or changes the callers' secret, which is the key's too unless there are two. A
// key that is made here and doesn't get into it is deleted again: its secret half is nowhere else.
func (s *setup) makeSecret(ctx context.Context) error {
	h, value := s.callers, s.callers.value
	var key *tencent.Key
	if s.needsKey {
		var err error
		if key, err = s.makeKey(ctx); err != nil {
			return err
		}
		value = value.WithKey(key)
	}
	if s.needsToken {
		value = value.With("authorization", "Bearer "+resources.NewToken())
	}
	// Without a hashKey, what is counted for limits begins anew with each key.
	if len(value.Texts("hashKey")) == 0 && (key != nil || !h.there) {
		value = value.With("hashKey", resources.NewToken())
	}
	if err := s.store(ctx, h, value); err != nil {
		if key != nil {
			s.takeBack(ctx, h, key)
		}
		return err
	}
	h.value, h.there = value, true
	return s.awaitKey(ctx, key)
}

// store makes the secret or, if it still is as the plan found it, replaces its value. Whoever reads
// a plan takes minutes, and others write to the secret, too.
func (s *setup) store(ctx context.Context, h *held, value resources.Value) error {
	if h.there {
		now, f, err := s.ReadSecret(ctx, h.name, h.version)
		switch {
		case f != nil && !f.Absent():
			return s.failed(f)
		case f != nil, err != nil, !now.Equal(h.value):
			return s.stop("rotate.changed", h.name)
		}
		return s.errorOf(s.WriteSecret(ctx, h.name, h.version, value))
	}
	f := s.CreateSecret(ctx, h.name, h.version, value)
	if f.Unclear() && s.Holds(ctx, h.name, h.version, value) {
		return nil
	}
	return s.errorOf(f)
}

// takeBack deletes a key that could not be stored, unless the secret may hold it all the same.
func (s *setup) takeBack(ctx context.Context, h *held, key *tencent.Key) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanup)
	defer cancel()
	value, f, err := s.ReadSecret(ctx, h.name, h.version)
	stored := f == nil && err == nil && value.KeyID() == key.GetSecretId()
	if stored || f != nil && !f.Absent() && !f.Denied() {
		return // the next run sees what became of it
	}
	if s.DeleteKey(ctx, s.sender.Uin, key.GetSecretId()) == nil {
		s.meanwhile("setup.key.removed")
	} else {
		s.meanwhile("setup.key.left")
	}
}

// awaitKey waits until Tencent accepts a new key.
func (s *setup) awaitKey(ctx context.Context, key *tencent.Key) error {
	if key == nil {
		return nil
	}
	for waited := time.Duration(0); ; waited += poll {
		verdict, code := s.TryKey(ctx, key)
		switch {
		case verdict == resources.Accepted:
			return nil
		case waited >= patience:
			return s.stop("setup.key.useless", cmp.Or(code, "-"))
		case waited == 0:
			s.meanwhile("setup.waiting", s.words.Say("setup.waiting.key"))
		}
		if err := s.Pause(ctx, poll); err != nil {
			return err
		}
	}
}
