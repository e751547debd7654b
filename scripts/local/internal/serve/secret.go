package serve

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"maps"

	"scf-sms/internal/cloudsim"
	"scf-sms/secrets"
)

// changeSecret shows change the account and the secret that the function reads, and writes the
// fields that it returns over those of the secret's value.
func (w *workbench) changeSecret(
	change func(*cloudsim.Account, *secrets.Secret) map[string]any,
) (err error) {
	s := w.live.settings.Load().Secret
	w.live.sim.Cloud.Update(func(a *cloudsim.Account) {
		versions := map[string]cloudsim.SecretValue{}
		for _, secret := range a.Secrets {
			if secret.Name == s.Name {
				versions = secret.Versions
			}
		}
		text := []byte(versions[s.Version].String)
		now, fault := secrets.Parse(text)
		if fault != nil {
			err = fmt.Errorf("testdata/cloud.json: %s %s: %w", s.Name, s.Version, fault)
			return
		}
		if fields := change(a, now); fields != nil {
			value := map[string]any{}
			json.Unmarshal(text, &value) // Parse has read it as an object
			maps.Copy(value, fields)
			text, err = json.Marshal(value)
			versions[s.Version] = cloudsim.SecretValue{String: string(text)}
		}
	})
	return err
}

// secret returns the secret as it is now, nil if it can't be used.
func (w *workbench) secret() (now *secrets.Secret) {
	w.changeSecret(func(_ *cloudsim.Account, s *secrets.Secret) map[string]any {
		now = s
		return nil
	})
	return now
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
		w.journal.note("serve.key", fresh.SecretID)
	}
	return err
}

// rotateToken puts a new token before the last one, which goes on working until Logto is changed.
func (w *workbench) rotateToken() error {
	fresh := "Bearer " + rand.Text()
	err := w.changeSecret(func(_ *cloudsim.Account, now *secrets.Secret) map[string]any {
		tokens := append([]string{fresh}, now.Values(secrets.Authorization)...)
		return map[string]any{"authorization": tokens[:min(2, len(tokens))]}
	})
	if err == nil {
		w.journal.note("serve.token", fresh)
	}
	return err
}
