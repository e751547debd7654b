package simulation

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	"scf-sms/internal/cloudsim"
	"scf-sms/internal/scfhost"
)

// Platform serves the URLs of the functions in a simulated cloud: it unpacks what was uploaded, and
// runs it as SCF does, with the role and the variables that it was deployed with.
type Platform struct {
	cloud  *cloudsim.Cloud
	folder string
	server *scfhost.Server

	mu        sync.Mutex         // guards what follows, and lets one event run at a time
	functions map[string]string  // :: id of a URL → function
	running   map[string]running // :: function → its instance
}

// running is an instance of one version of a function.
type running struct {
	*scfhost.Instance
	deployed string // what tells deployments apart
}

// ServeFunctions serves the functions of a cloud on loopback until Close.
func ServeFunctions(cloud *cloudsim.Cloud) (*Platform, error) {
	folder, err := os.MkdirTemp("", "scf-sms-functions-")
	if err != nil {
		return nil, err
	}
	p := &Platform{cloud: cloud, folder: folder, functions: map[string]string{},
		running: map[string]running{}}
	if p.server, err = scfhost.Serve(p); err != nil {
		os.RemoveAll(folder)
		return nil, err
	}
	cloud.ServeURLs(p.newURL)
	return p, nil
}

func (p *Platform) newURL(function, id string) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.functions[id] = function
	return p.server.URL + "/" + id
}

// Close ends the URLs and the functions.
func (p *Platform) Close() error {
	err := p.server.Close()
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, r := range p.running {
		r.Close()
	}
	os.RemoveAll(p.folder)
	return err
}

// ServeHTTP lets the function of a URL answer.
func (p *Platform) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	id, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	function, known := p.functions[id]
	deployed, runs := p.cloud.Deployed(function, "$DEFAULT")
	if !known || !runs {
		http.Error(w, `{"message": "Not Found"}`, http.StatusNotFound)
		return
	}
	instance, err := p.instance(function, deployed)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	(&scfhost.Front{Invoke: instance.Invoke}).ServeHTTP(w, r)
}

// instance returns an instance of what is deployed now.
func (p *Platform) instance(name string, s cloudsim.Snapshot) (*scfhost.Instance, error) {
	config, err := json.Marshal(s.Config)
	if err != nil {
		return nil, err
	}
	deployed := fmt.Sprintf("%x-%x", sha256.Sum256(s.Code), sha256.Sum256(config))
	if r := p.running[name]; r.deployed == deployed {
		return r.Instance, nil
	} else if r.Instance != nil {
		r.Close()
		delete(p.running, name)
	}
	folder := filepath.Join(p.folder, name, deployed)
	if _, err := os.Stat(folder); err != nil {
		archive, err := zip.NewReader(bytes.NewReader(s.Code), int64(len(s.Code)))
		if err == nil {
			// A process that starts meanwhile would hold the file open for a moment, and Linux runs
			// no file that somebody may write to.
			syscall.ForkLock.RLock()
			err = os.CopyFS(folder, archive)
			syscall.ForkLock.RUnlock()
		}
		if err != nil {
			os.RemoveAll(folder)
			return nil, err
		}
	}
	f := scfhost.Function{
		Binary: filepath.Join(folder, s.Config.Handler), Env: map[string]string{},
		Timeout:     time.Duration(s.Config.Timeout) * time.Second,
		InitTimeout: time.Duration(s.Config.InitTimeout) * time.Second,
		Role: func() scfhost.Role {
			key, _ := p.cloud.Assume(s.Config.Role)
			return scfhost.Role{SecretID: key.SecretID, SecretKey: key.SecretKey,
				SessionToken: key.Token}
		},
	}
	for _, v := range s.Config.Variables {
		f.Env[v.Key] = v.Value
	}
	instance, err := scfhost.New(f)
	if err == nil {
		p.running[name] = running{instance, deployed}
	}
	return instance, err
}
