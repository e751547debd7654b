package serve

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"maps"

	"scf-sms/internal/cloudsim"
	"scf-sms/secrets"
)

// changeSecret lets change see the account and the secret that the function reads, and writes the
// fields that it returns over those of the secret's value.
func (w *workbench) changeSecret(
	change func(*cloudsim.Account, *secrets.Secret) map[string]any,
) (err error) {
	w.live.sim.Cloud.Update(func(a *cloudsim.Account) {
		versions, version := w.versions(a)
		text := []byte(versions[version].String)
		now, fault := secrets.Parse(text)
		value := map[string]any{}
		if fault != nil || json.Unmarshal(text, &value) != nil {
			err = fmt.Errorf("testdata/cloud.json: the secret's version %s: %w", version, fault)
			return
		}
		maps.Copy(value, change(a, now))
		text, err = json.Marshal(value)
		versions[version] = cloudsim.SecretValue{String: string(text)}
	})
	return err
}

// secret returns the secret as it is now, nil if it can't be used.
func (w *workbench) secret() (now *secrets.Secret) {
	w.live.sim.Cloud.Update(func(a *cloudsim.Account) {
		versions, version := w.versions(a)
		now, _ = secrets.Parse([]byte(versions[version].String))
	})
	return now
}

// versions returns those of the secret that the function reads, and which of them it reads.
func (w *workbench) versions(
	a *cloudsim.Account,
) (versions map[string]cloudsim.SecretValue, version string) {
	s := w.live.settings.Load()
	for _, secret := range a.Secrets {
		if secret.Name == s.Secret.Name {
			return secret.Versions, s.Secret.Version
		}
	}
	return nil, s.Secret.Version
}

// authorization is what callers must send: the newest token.
func (w *workbench) authorization() string {
	if s := w.secret(); s != nil {
		return s.Values(secrets.Authorization)[0] // a secret that can be used has one
	}
	return ""
}

// rotateKey does what an operator does: a second key is made and put into the secret, and the first
// is disabled.
func (w *workbench) rotateKey() error {
	fresh := cloudsim.Key{SecretID: "AKID" + rand.Text()[:12], SecretKey: rand.Text()}
	err := w.changeSecret(func(a *cloudsim.Account, now *secrets.Secret) map[string]any {
		for i := range a.Keys {
			if a.Keys[i].SecretID == now.Key.GetSecretId() {
				fresh.Allow = a.Keys[i].Allow
				a.Keys[i].Disabled = true
			}
		}
		a.Keys = append(a.Keys, fresh)
		return map[string]any{"accessKeyId": fresh.SecretID, "accessKeySecret": fresh.SecretKey}
	})
	if err == nil {
		w.journal.note("AccessKey rotated: %s is in the secret, the one before is disabled",
			fresh.SecretID)
	}
	return err
}

// rotateToken puts a new token before the last one, which goes on working until Logto is changed.
func (w *workbench) rotateToken() error {
	fresh := "Bearer " + rand.Text()
	err := w.changeSecret(func(_ *cloudsim.Account, now *secrets.Secret) map[string]any {
		last := now.Values(secrets.Authorization)[0]
		return map[string]any{"authorization": []string{fresh, last}}
	})
	if err == nil {
		w.journal.note("callers' token rotated: Authorization: %s (the one before still works)",
			fresh)
	}
	return err
}
