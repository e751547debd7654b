package secrets

import (
	"cmp"
	"context"
	"encoding/json"
	"unicode/utf8"
)

// ForLimits is that of the secret; see [Secret.ForLimits]. Its error is an *[Error]. It doesn't ask
// whether the secret held is fresh: the caller was just let in by it.
func (c *Cache) ForLimits(ctx context.Context) (password, key string, err error) {
	c.mu.Lock()
	s := c.held
	c.mu.Unlock()
	if s == nil { // its key was rejected a moment ago
		ctx, cancel := share(ctx)
		defer cancel()
		if s, err = c.get(ctx); err != nil {
			return "", "", err
		}
	}
	password, key = s.ForLimits()
	return password, key, nil
}

// ForLimits returns what the guard on Redis needs: Redis's password, "" for none, and what the
// names in Redis are keyed by. That is hashKey or, where the secret has none, the secret half of the
// AccessKey: then all counters begin anew when the key is rotated.
func (s *Secret) ForLimits() (password, key string) {
	fields := s.values()
	return fields.text(redisPassword), cmp.Or(fields.text(hashKey), s.Key.GetSecretKey())
}

// HasHashKey reports whether the secret has a hashKey, so that counters outlive a rotation.
func (s *Secret) HasHashKey() bool { return len(s.Values(hashKey)) > 0 }

// readHashKey reads a hashKey. Whoever reads Redis could find a short one by trying, and with it
// every phone number.
func readHashKey(field Field, raw json.RawMessage, before []string) ([]string, *Error) {
	const shortest = 16 // characters
	texts, err := readString(field, raw, before)
	if err == nil && texts[0] != "" && utf8.RuneCountInString(texts[0]) < shortest {
		return nil, wrong(field, "is shorter than 16 characters")
	}
	return texts, err
}
