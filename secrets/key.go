package secrets

import "scf-sms/internal/tencent"

// Key is the AccessKey of a secret.
type Key = tencent.Key

// NewKey makes a key, as tests and tools need. A token is for temporary keys; others have "".
func NewKey(id, secret, token string) *Key { return tencent.NewKey(id, secret, token) }
