package operator

import (
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestReadingServerlessYAML(t *testing.T) {
	t.Parallel()
	d, err := ReadDeployment(write(t, "serverless.yml", `
stage: test # of ${env:NOTHING}
inputs:
  name: ${name}-${stage}
  region: ap-shanghai
  timeout: 7
  environment:
    variables:
      A: ${env:ONE}-${env:TWO_2} # ${env:COMMENT}
      B: &b " literal "
      C: *b
      D:
  other: [{x: "${env:THREE.x-y}"}, "${env:ONE}"]
`))
	require.NoError(t, err)
	require.Equal(t, Deployment{
		Stage: "test", Function: "-${stage}", Region: "ap-shanghai", Timeout: 7 * time.Second,
		Variables: map[string]string{"A": "${env:ONE}-${env:TWO_2}", "B": "literal",
			"C": "literal"},
		Names: []string{"ONE", "TWO_2", "THREE.x-y"},
	}, d)
}

func TestServerlessYAMLThatCantBeRead(t *testing.T) {
	t.Parallel()
	d, err := ReadDeployment("none.yml")
	require.NoError(t, err)
	require.Nil(t, d.Variables)

	path := write(t, "serverless.yml", "inputs:\n\t- x")
	_, err = ReadDeployment(path)
	require.ErrorContains(t, err, "serverless.yml: yaml: line 2")
	_, err = ReadDeployment(os.TempDir())
	require.Error(t, err)
}
