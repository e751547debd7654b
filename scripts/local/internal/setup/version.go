package setup

import (
	"context"
	"crypto/sha256"
	"fmt"
	"regexp"

	"scf-sms/scripts/local/internal/operator"
	"scf-sms/scripts/local/internal/resources"
)

// description is what a published version says of its code. SCF takes letters, digits, blanks,
// commas and full stops.
func (s *setup) description() string {
	version := regexp.MustCompile(`[^A-Za-z0-9]+`).ReplaceAllString(s.packaged.Version, " ")
	return fmt.Sprintf("build %x version %s", sha256.Sum256(s.packaged.Binary), version)
}

// newest is the version that was published last; zero: none was.
func (d *deployed) newest() (newest resources.Version) {
	for _, v := range d.versions {
		if v.Number() > newest.Number() {
			newest = v
		}
	}
	return newest
}

// published reports whether $LATEST is as it was when the newest version was published of it.
func (d *deployed) published() bool { return d.newest().Holds(d.ModTime) }

func (s *setup) publish(ctx context.Context) error { return s.publishAs(ctx, s.description()) }

// publishAs keeps what $LATEST is now as a version, which is the way back.
func (s *setup) publishAs(ctx context.Context, description string) error {
	f := s.settle(ctx, s.lastChange(), func(f *operator.Failure) bool {
		return resources.Busy(f) || f.Unclear() && !s.isPublished(ctx, description)
	}, func() *operator.Failure {
		return s.Publish(ctx, s.spec.Name, description)
	})
	if f.Is("LimitExceeded") {
		return undone(s.words.Say("setup.version.full"))
	}
	if f != nil && !f.Unclear() {
		return s.failed(f)
	}
	return s.active(ctx)
}

// isPublished reports whether the newest version has a description.
func (s *setup) isPublished(ctx context.Context, description string) bool {
	versions, f := s.Versions(ctx, s.spec.Name)
	return f == nil && (&deployed{versions: versions}).newest().Description == description
}
