package main

import (
	"bufio"
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

//go:embed connector/send.mjs
var sendScript string

// connectorPackage is Logto's own connector for Tencent SMS.
const connectorPackage = "@logto/connector-tencent-sms@1.4.4"

// connector is Logto's connector, and what was measured of it. It runs in a node process of its
// own: Logto loads it once and keeps it, as the platform keeps an instance. It fetches no secret,
// for its key is in Logto's database.
type connector struct {
	figures
	dir  string
	node string   // its version; "": there is no connector
	env  []string // of its process
}

// installConnector installs the connector into the user's cache, if it isn't there.
func installConnector(ctx context.Context, c *cloud) (*connector, error) {
	node, err := exec.CommandContext(ctx, "node", "--version").Output()
	if err != nil {
		return &connector{}, err
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return &connector{}, err
	}
	dir := filepath.Join(cache, "scf-sms-bench", strings.ReplaceAll(connectorPackage, "/", "_"))
	if _, err := os.Stat(filepath.Join(dir, "node_modules", ".package-lock.json")); err != nil {
		ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
		defer cancel()
		install := exec.CommandContext(ctx, "npm", "install", "--prefix", dir, "--ignore-scripts",
			"--no-audit", "--no-fund", connectorPackage)
		if out, err := install.CombinedOutput(); err != nil {
			return &connector{}, fmt.Errorf("npm install %s: %w\n%s", connectorPackage, err, out)
		}
	}
	env := c.paths[0].env
	config, err := json.Marshal(map[string]any{
		// As in testdata/cloud.json.
		"accessKeyId": "AKIDexampleSender", "accessKeySecret": "example-sender-key",
		"sdkAppId": env["SDK_APP_ID"], "signName": env["SIGN_NAME"], "region": "ap-guangzhou",
		"templates": []map[string]string{
			{"usageType": "SignIn", "templateCode": "1110001"},
			{"usageType": "Register", "templateCode": "1110002"},
			{"usageType": "ForgotPassword", "templateCode": "1110003"},
			{"usageType": "Generic", "templateCode": "1110004"},
		},
	})
	return &connector{
		figures: figures{},
		dir:     dir,
		node:    strings.TrimSpace(string(node)),
		env: append(os.Environ(),
			"PEER_CONFIG="+string(config), "NODE_EXTRA_CA_CERTS="+c.smsCA),
	}, err
}

// connectorRun is one process of the connector.
type connectorRun struct {
	usage
	Wall series  // of each send after the first, in ms
	CPU  float64 // of them all, in ms
}

// run starts a process that sends one message over a path, and more after it.
func (c *connector) run(ctx context.Context, p path, more int) (r connectorRun, err error) {
	cmd := exec.CommandContext(ctx,
		"node", "--input-type=module", "--eval", sendScript, strconv.Itoa(more))
	cmd.Dir = c.dir
	cmd.Env = append(c.env, "PEER_ADDRESS="+p.env["SMS_ENDPOINT"])
	var stderr bytes.Buffer
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
	began := time.Now()
	if err := cmd.Start(); err != nil {
		return r, err
	}
	line, err := bufio.NewReader(stdout).ReadBytes('\n')
	r.usage = end(cmd, began)
	if err != nil {
		return r, fmt.Errorf("%s: %w\n%.500s", connectorPackage, err, &stderr)
	}
	return r, json.Unmarshal(line, &r)
}
