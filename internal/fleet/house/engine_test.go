package house_test

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// clickhouse starts a real ClickHouse engine, that of the npm package chdb, behind
// its HTTP interface. PORTERO_CHDB names the folder that holds node_modules.
func clickhouse(t testing.TB, env ...string) string {
	t.Helper()
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("node is not installed")
	}
	dir := os.Getenv("PORTERO_CHDB")
	if dir == "" {
		dir = filepath.Join(os.TempDir(), "portero-chdb")
	}
	if _, err := os.Stat(filepath.Join(dir, "node_modules", "chdb")); err != nil {
		t.Skip("the npm package chdb is not in " + dir + " (npm install --prefix " + dir + " chdb@3.4.0)")
	}
	script, err := filepath.Abs(filepath.Join("testdata", "clickhouse.js"))
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(node, script, t.TempDir())
	cmd.Env = append(append(os.Environ(), "NODE_PATH="+filepath.Join(dir, "node_modules")), env...)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		in.Close()
		cmd.Process.Kill()
		cmd.Wait()
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Skip("the engine of chdb cannot be loaded here: " + err.Error())
	}
	return strings.TrimSpace(line)
}
