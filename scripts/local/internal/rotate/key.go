package rotate

import (
	"context"
	"time"

	"scf-sms/internal/tencent"
	"scf-sms/scripts/local/internal/resources"
	"scf-sms/scripts/local/internal/term"
)

const (
	proofs   = 10              // how often a new key must be accepted in a row
	between  = 3 * time.Second // two of them
	patience = 60 * time.Second
	cleanup  = 15 * time.Second // for taking a new key away again, also when interrupted
)

// standing is what the secret and the user's keys are before a rotation.
type standing struct {
	value resources.Value
	uin   uint64
	held  resources.AccessKey  // the one in the secret
	other *resources.AccessKey // the user's second one, if any
}

// key replaces the AccessKey. What an interrupted run left is finished or taken away first. finish
// only ends what is disabled, or what should be.
func (r *rotation) key(ctx context.Context, finish bool) error {
	s := &r.Settings.Secret
	if s.Callers != "" {
		return r.stop("rotate.key.managed", s.Name)
	}
	at, err := r.look(ctx)
	if err != nil {
		return err
	}
	other := at.other
	// A second key belongs to a run before, or to somebody else.
	replaced := other != nil && at.held.Follows(other.AccessKeyId)
	leftover := other != nil && r.Ours(*other) && !other.Made().Before(at.held.Made()) && !replaced
	switch {
	case replaced && other.Active() && !at.held.Active():
		return r.stop("rotate.key.back", s.Name)
	case other != nil && !replaced && !leftover:
		return r.stop("rotate.key.stranger", r.user)
	case replaced && other.Active():
		return r.end(ctx, at, finish)
	case finish && other == nil:
		r.done("rotate.key.finished", r.user)
		return nil
	case finish && leftover && other.Active():
		return r.drop(ctx, at, "rotate.key.leftover")
	case finish:
		return r.drop(ctx, at, "rotate.key.delete")
	case leftover && other.Active():
		r.will("rotate.key.leftover")
	case other != nil:
		r.will("rotate.key.delete")
	}
	r.will("rotate.key.plan", r.user, s.Name)
	r.will("rotate.key.plan.end")
	if err := r.agreed(ctx, at); err != nil {
		return err
	}
	if other != nil {
		if f := r.DeleteKey(ctx, at.uin, other.AccessKeyId); f != nil {
			return r.refused(f)
		}
	}
	if err := r.replace(ctx, at); err != nil {
		return err
	}
	return r.disable(ctx, at.uin, at.held.AccessKeyId)
}

// agreed asks, and then sees that the secret is as it was: what it holds by now may be the key that
// the plan would end.
func (r *rotation) agreed(ctx context.Context, at standing) error {
	s := &r.Settings.Secret
	switch {
	case !r.confirm(r.words.Say("rotate.ask")):
		return term.ErrNegative
	case !r.Holds(ctx, s.Name, s.Version, at.value):
		return r.stop("rotate.changed", s.Name)
	}
	return nil
}

// look reads the secret, and finds the user whose key is in it.
func (r *rotation) look(ctx context.Context) (at standing, err error) {
	s := &r.Settings.Secret
	if at.value, err = r.read(ctx, s.Name, s.Version); err != nil {
		return at, err
	}
	if at.value.KeyID() == "" {
		return at, r.stop("rotate.key.none", s.Name)
	}
	user, f := r.User(ctx, r.user)
	switch {
	case f != nil:
		return at, r.refused(f)
	case user == nil:
		return at, r.stop("rotate.key.nobody", r.user)
	}
	at.uin = user.Uin
	keys, f := r.Keys(ctx, user.Uin)
	if f != nil {
		return at, r.refused(f)
	}
	found := false
	for _, k := range keys {
		if k.AccessKeyId == at.value.KeyID() {
			at.held, found = k, true
		} else {
			at.other = &k
		}
	}
	if !found {
		return at, r.stop("rotate.key.foreign", s.Name, r.user)
	}
	return at, nil
}

// replace makes a key, proves that it works, and puts it into the secret. A key that doesn't get
// there is deleted again.
func (r *rotation) replace(ctx context.Context, at standing) error {
	key, f := r.CreateKey(ctx, at.uin, at.held.AccessKeyId)
	if f != nil {
		if f.Unclear() {
			r.forget(ctx, at) // it may be there, and nobody knows its secret half
		}
		return r.refused(f)
	}
	s := &r.Settings.Secret
	err := r.prove(ctx, key)
	if err == nil {
		err = r.write(ctx, s.Name, s.Version, at.value, at.value.WithKey(key))
	}
	if err != nil && !r.landed(ctx, at, key) {
		r.remove(ctx, at.uin, key.GetSecretId())
	}
	if err == nil {
		r.done("rotate.key.stored", s.Name)
	}
	return err
}

// landed reports whether the secret holds a key although storing it failed, as far as that can be
// known: a key that may be in use is not deleted.
func (r *rotation) landed(ctx context.Context, at standing, key *tencent.Key) bool {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanup)
	defer cancel()
	s := &r.Settings.Secret
	held, f, err := r.ReadSecret(ctx, s.Name, s.Version)
	return f != nil || err != nil || held.KeyID() == key.GetSecretId()
}

// remove deletes a key that nobody uses, also when the command was interrupted.
func (r *rotation) remove(ctx context.Context, uin uint64, id string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanup)
	defer cancel()
	if f := r.DeleteKey(ctx, uin, id); f != nil {
		r.meanwhile("rotate.key.left")
		return
	}
	r.meanwhile("rotate.key.removed")
}

// forget deletes the key that a CreateAccessKey made whose answer was lost.
func (r *rotation) forget(ctx context.Context, before standing) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanup)
	defer cancel()
	keys, f := r.Keys(ctx, before.uin)
	if f != nil {
		r.meanwhile("rotate.key.left")
		return
	}
	for _, k := range keys {
		if k.AccessKeyId != before.held.AccessKeyId && r.Ours(k) {
			r.remove(ctx, before.uin, k.AccessKeyId)
		}
	}
}

// prove waits until Tencent accepts a new key, and then sees that it does so again and again: one
// of Tencent's machines may know it before another does.
func (r *rotation) prove(ctx context.Context, key *tencent.Key) error {
	r.meanwhile("rotate.key.proving", int(proofs*between/time.Second))
	for waited, right := time.Duration(0), 0; right < proofs; {
		if err := r.Pause(ctx, between); err != nil {
			return err
		}
		waited += between
		switch verdict, code := r.TryKey(ctx, key); verdict {
		case resources.Accepted:
			right++
			waited -= between // only what is lost is limited
		case resources.NotYet:
			right = 0
			if waited >= patience {
				return r.stop("rotate.key.useless", code)
			}
		case resources.Unknown:
			if waited >= patience {
				return r.stop("rotate.key.unproved", code)
			}
		}
	}
	return nil
}

// disable ends the key that was replaced. The function fetches the new one when Tencent first
// refuses the old one, within the same request.
func (r *rotation) disable(ctx context.Context, uin uint64, id string) error {
	if f := r.DisableKey(ctx, uin, id); f != nil {
		r.meanwhile("rotate.key.again")
		return r.refused(f)
	}
	r.done("rotate.key.disabled")
	r.note("rotate.key.next")
	r.command("key -delete")
	return nil
}

// end finishes a run that was interrupted after the new key was stored.
func (r *rotation) end(ctx context.Context, at standing, remove bool) error {
	r.will("rotate.key.unfinished")
	if err := r.agreed(ctx, at); err != nil {
		return err
	}
	// The key in the secret was proved before it got there; it is tried once more all the same.
	if verdict, code := r.tryHeld(ctx); verdict != resources.Accepted {
		return r.stop("rotate.key.useless", code)
	}
	if err := r.disable(ctx, at.uin, at.other.AccessKeyId); err != nil || !remove {
		return err
	}
	return r.drop(ctx, at, "")
}

// tryHeld tries the key in the secret.
func (r *rotation) tryHeld(ctx context.Context) (resources.Verdict, string) {
	secret, err := r.Secret(ctx, r.Key)
	if err != nil {
		return resources.Unknown, ""
	}
	return r.TryKey(ctx, secret.Key)
}

// drop deletes the second key, after asking if there is a plan to show.
func (r *rotation) drop(ctx context.Context, at standing, plan string) error {
	if plan != "" {
		r.will(plan)
		if err := r.agreed(ctx, at); err != nil {
			return err
		}
		if verdict, code := r.tryHeld(ctx); verdict != resources.Accepted {
			return r.stop("rotate.key.useless", code)
		}
	}
	if f := r.DeleteKey(ctx, at.uin, at.other.AccessKeyId); f != nil {
		return r.refused(f)
	}
	r.done("rotate.key.deleted")
	return nil
}
