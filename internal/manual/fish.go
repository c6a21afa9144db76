package manual

import (
	"bytes"
	"io"
	"strings"

	"github.com/spf13/cobra"
)

// Fish makes `completion fish` write a script that asks for what is on the line as it stands there. cobra's has the shell
// take apart once more what it has read already: then the Tab key behind --where 'id > 0' writes a file called 0,
// and behind a file that somebody called '(reboot)' runs that.
func Fish(root *cobra.Command) {
	cmd, _, err := root.Find([]string{"completion", "fish"})
	if err != nil || cmd.Name() != "fish" {
		return
	}
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		bare, err := cmd.Flags().GetBool("no-descriptions")
		if err != nil {
			return err
		}
		var b bytes.Buffer
		if err := root.GenFishCompletion(&b, !bare); err != nil {
			return err
		}
		const words, kept = "set -l args (commandline -opc)\n", "set -l args (string escape -- (commandline -opc))\n"
		_, err = io.WriteString(cmd.OutOrStdout(), strings.Replace(b.String(), words, kept, 1))
		return err
	}
}
