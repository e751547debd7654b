package main

import (
	"bufio"
	"context"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

//go:embed connector
var connectorFiles embed.FS

// connectorPackage is Logto's own connector for Tencent SMS.
const connectorPackage = "@logto/connector-tencent-sms@1.4.4"

// connector is Logto's connector, and what was measured of it. It runs in a node process of its
// own: Logto loads it once and keeps it, as the platform keeps an instance. It fetches no secret,
// for its key is in Logto's database.
type connector struct {
	figures
	dir    string
	node   string // its version
	config string
	ca     string // file: the authorities that node trusts in addition to its own
}

// installConnector installs the connector into the user's cache, if it isn't there.
func installConnector(ctx context.Context, c *cloud) (*connector, error) {
	node, err := exec.CommandContext(ctx, "node", "--version").Output()
	if err != nil {
		return nil, errors.New("there is no node")
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return nil, err
	}
	dir := filepath.Join(cache, "scf-sms-bench", strings.ReplaceAll(connectorPackage, "/", "_"))
	if _, err := os.Stat(filepath.Join(dir, "node_modules", ".package-lock.json")); err != nil {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return nil, err
		}
		ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
		defer cancel()
		install := exec.CommandContext(ctx, "npm", "install", "--prefix", dir, "--ignore-scripts",
			"--no-audit", "--no-fund", connectorPackage)
		if out, err := install.CombinedOutput(); err != nil {
			return nil, fmt.Errorf("npm install %s: %w: %s", connectorPackage, err, lastLine(out))
		}
	}
	for _, name := range []string{"redirect.cjs", "send.mjs"} {
		content, err := connectorFiles.ReadFile("connector/" + name)
		if err != nil {
			return nil, err
		}
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o644); err != nil {
			return nil, err
		}
	}
	config, err := json.Marshal(map[string]any{
		// As in testdata/cloud.json.
		"accessKeyId": "AKIDexampleSender", "accessKeySecret": "example-sender-key",
		"sdkAppId": c.env["SDK_APP_ID"], "signName": c.env["SIGN_NAME"], "region": "ap-guangzhou",
		"templates": []map[string]string{
			{"usageType": "SignIn", "templateCode": "1110001"},
			{"usageType": "Register", "templateCode": "1110002"},
			{"usageType": "ForgotPassword", "templateCode": "1110003"},
			{"usageType": "Generic", "templateCode": "1110004"},
		},
	})
	version := strings.TrimSpace(string(node))
	return &connector{figures{}, dir, version, string(config), c.smsCA}, err
}

// lastLine returns the last line of npm's output, which usually says what is wrong.
func lastLine(out []byte) string {
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	return lines[len(lines)-1]
}

// connectorRun is one process of the connector.
type connectorRun struct {
	began time.Time // just before the process was started
	cpu   time.Duration
	peak  float64 // MiB

	Wall []float64 // of each send after the first, in ms
	CPU  float64   // of them all, in ms
}

// run starts a process that sends one message to the SMS API at address, and more after it.
func (c *connector) run(ctx context.Context, address string, more int) (connectorRun, error) {
	var r connectorRun
	cmd := exec.CommandContext(ctx,
		"node", "--require", "./redirect.cjs", "send.mjs", strconv.Itoa(more))
	cmd.Dir = c.dir
	cmd.Env = append(os.Environ(),
		"PEER_ADDRESS="+address, "PEER_CONFIG="+c.config, "NODE_EXTRA_CA_CERTS="+c.ca)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return r, err
	}
	defer stdin.Close()
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return r, err
	}
	r.began = time.Now()
	if err := cmd.Start(); err != nil {
		return r, err
	}
	line, err := bufio.NewReader(stdout).ReadBytes('\n')
	if err == nil {
		r.peak, err = peakMiB(cmd.Process.Pid)
	}
	r.cpu = kill(cmd)
	if err != nil {
		return r, fmt.Errorf("%s: %w\n%.500s", connectorPackage, err, stderr.String())
	}
	return r, json.Unmarshal(line, &r)
}
