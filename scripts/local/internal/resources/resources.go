// Package resources is what a deployment consists of in an account of Tencent Cloud, call by call:
// users and their keys, policies, roles, secrets, functions. Each method is one look or one change;
// in which order, and whether, is for the commands to say.
package resources

import (
	"time"

	"scf-sms/scripts/local/internal/operator"
)

// Cloud is an account of Tencent Cloud, asked with the operator's key.
type Cloud struct{ *operator.Account }

// Mark begins the description of everything that is made here, so that it is known again.
const Mark = "scf-sms:"

// readTime reads a time as CAM and SCF write it, in China's.
func readTime(text string) time.Time {
	t, _ := time.ParseInLocation(time.DateTime, text, time.FixedZone("Asia/Shanghai", 8*60*60))
	return t
}
