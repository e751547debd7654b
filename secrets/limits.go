package secrets

import (
	"cmp"
	"context"
	"encoding/json"
	"unicode/utf8"
)

// ForLimits returns what the guard on Redis needs: Redis's password, "" for none, and what the names
// in Redis are keyed by. That is hashKey or, where the secret has none, the secret half of the
// AccessKey: then all counters begin anew when the key is rotated. Its error is an *[Error].
func (c *Cache) ForLimits(ctx context.Context) (password, key string, err error) {
	ctx, cancel := share(ctx)
	defer cancel()
	s, err := c.get(ctx)
	if err != nil {
		return "", "", err
	}
	fields := s.values()
	return fields.text(redisPassword), cmp.Or(fields.text(hashKey), s.Key.GetSecretKey()), nil
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
