package tencent

import "crypto/subtle"

// Key is an AccessKey of Tencent Cloud. It implements the SDK's common.CredentialIface. Its text
// lives behind a func: no formatting, logging or encoding of a Key, or of a struct that holds one,
// can print it. [NewKey] makes one; the zero Key can't be used.
type Key struct {
	text func() (id, secret, token string)
}

// NewKey returns the AccessKey of these texts. token is the session token of a temporary key; ""
// for a permanent one.
func NewKey(id, secret, token string) *Key {
	return &Key{text: func() (string, string, string) { return id, secret, token }}
}

// GetSecretId returns the key's public half.
func (k *Key) GetSecretId() string { id, _, _ := k.text(); return id }

// GetSecretKey returns the key's secret half.
func (k *Key) GetSecretKey() string { _, secret, _ := k.text(); return secret }

// GetToken returns the session token of a temporary key, or "".
func (k *Key) GetToken() string { _, _, token := k.text(); return token }

// GetCredential returns all three at once.
func (k *Key) GetCredential() (id, secret, token string) { return k.text() }

// Equal reports whether both are the same key: their three texts are the same. It compares in
// constant time; only the lengths show. A nil Key equals nil alone.
func (k *Key) Equal(other *Key) bool {
	if k == nil || other == nil {
		return k == other
	}
	id, secret, token := k.text()
	id2, secret2, token2 := other.text()
	return same(id, id2)&same(secret, secret2)&same(token, token2) == 1
}

func same(a, b string) int { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) }
