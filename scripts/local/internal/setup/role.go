package setup

import (
	"context"
	"slices"
	"strings"

	"scf-sms/scripts/local/internal/operator"
	"scf-sms/scripts/local/internal/resources"
)

func hasMark(text string) bool { return strings.HasPrefix(text, resources.Mark) }

// readSecrets is all that the function's role may do: read its secrets, each by who created it.
func (s *setup) readSecrets() resources.Document {
	var names []string
	for _, h := range s.secrets() {
		creator := h.creator
		if creator == "" { // it isn't made yet, and whoever runs this makes it
			creator = s.caller.PrincipalId
		}
		names = append(names, resources.SecretResource(s.Settings.Secret.Region,
			s.caller.AccountId, creator, h.name))
	}
	return resources.Allow("ssm:GetSecretValue", names...)
}

// lookRole plans the role that the function runs as.
func (s *setup) lookRole(ctx context.Context) {
	if s.keyed == nil {
		return // what it is to read isn't known
	}
	name := s.spec.Role
	role, f := s.Role(ctx, name)
	if s.unseen("role", f) {
		return
	}
	switch {
	case role == nil:
		s.add(makes, "role", s.makeRole, "setup.role.make", name)
	case role.Trust.Trusts(resources.SCFService):
		s.there("role", "setup.role.there", name)
	case role.Ours():
		s.add(changes, "role", func(ctx context.Context) error {
			return s.errorOf(s.UpdateTrust(ctx, name))
		}, "setup.role.change", name, role.Trust.String(),
			resources.Trust(resources.SCFService).String())
	default:
		s.block("role", "setup.role.other", name)
		return
	}
	if role != nil {
		policies, f := s.RolePolicies(ctx, name)
		if s.unseen("role", f) {
			return
		}
		if slices.ContainsFunc(policies, func(p resources.Policy) bool {
			return s.secretsThere() && p.Document.Covers(s.readSecrets())
		}) {
			s.there("role", "setup.role.may", name)
			return
		}
	}
	if s.policyFits(ctx, "role", s.rolePolicy(), s.readSecrets()) {
		s.add(makes, "role", s.allowReading, "setup.role.allow", name, s.keyed.name)
	}
}

// rolePolicy is the name of the role's policy.
func (s *setup) rolePolicy() string { return s.keyed.name }

func (s *setup) secretsThere() bool {
	return !slices.ContainsFunc(s.secrets(), func(h *held) bool { return !h.there })
}

func (s *setup) makeRole(ctx context.Context) error {
	if f := s.CreateRole(ctx, s.spec.Role, "runs the function"); f != nil && !made(f) {
		return s.failed(f)
	}
	role, f := s.Role(ctx, s.spec.Role)
	if f == nil && role == nil {
		return s.stop("setup.lost")
	}
	return s.errorOf(f)
}

// allowReading gives the role its policy. The secret's name in it has who created the secret, which
// is known for certain only now.
func (s *setup) allowReading(ctx context.Context) error {
	for _, h := range s.secrets() {
		d, f := s.DescribeSecret(ctx, h.name)
		if f != nil {
			return s.failed(f)
		}
		if d == nil {
			return s.stop("setup.lost")
		}
		h.creator = d.CreateUinString
	}
	p, err := s.ensurePolicy(ctx, s.rolePolicy(), "lets the function read its secret",
		s.readSecrets())
	if err != nil {
		return err
	}
	return s.errorOf(s.settle(ctx, s.newRole(), absentOrUnclear, func() *operator.Failure {
		return s.AttachRole(ctx, p.PolicyId, s.spec.Role)
	}))
}

// newRole is what settle waits for where the function's role isn't known everywhere.
func (s *setup) newRole() string { return s.words.Say("setup.waiting.role", s.spec.Role) }

// SCF's own role, which it reads code, triggers and logs with, and the policy that it needs. SCF's
// console makes both when it is first opened.
// https://cloud.tencent.com/document/product/583/32389
const (
	scfRole   = "SCF_QcsRole"
	scfPolicy = "QcloudAccessForScfRole"
)

func (s *setup) lookSCFRole(ctx context.Context) {
	role, f := s.Role(ctx, scfRole)
	if s.unseen("scf", f) {
		return
	}
	if role != nil {
		policies, f := s.RolePolicies(ctx, scfRole)
		if s.unseen("scf", f) {
			return
		}
		if len(policies) > 0 {
			s.there("scf", "setup.scf.there", scfRole)
			return
		}
	}
	s.add(makes, "scf", func(ctx context.Context) error {
		if role == nil {
			f := s.CreateRole(ctx, scfRole, "lets SCF load code and write logs")
			if f != nil && !made(f) {
				return s.failed(f)
			}
		}
		what := s.words.Say("setup.waiting.role", scfRole)
		return s.errorOf(s.settle(ctx, what, absentOrUnclear, func() *operator.Failure {
			return s.AttachPreset(ctx, scfPolicy, scfRole)
		}))
	}, "setup.scf.make", scfRole, scfPolicy)
}
