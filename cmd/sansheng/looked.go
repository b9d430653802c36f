package main

import (
	"cmp"
	"fmt"
	"os"
	"os/user"
	"strings"

	"github.com/spf13/cobra"

	"sansheng/store"
)

// shellRole stands in the log of looks for who needs no account: he has the machine.
const shellRole = "shell"

// revealing is reading of what shows callers' whole numbers. Who looks is written down with those
// who look through the service (requirement H2). Where that fails, as on a full disk, he is told,
// and sees it all the same: he could ask the database without us.
func revealing(open opener, do func(c *cobra.Command, s *store.Store, args []string) error) func(*cobra.Command, []string) error {
	return reading(open, func(c *cobra.Command, s *store.Store, args []string) error {
		if err := s.NoteAccess(c.Context(), looked(c, args)); err != nil {
			fmt.Fprintln(c.ErrOrStderr(), "sansheng: that you look is not written down:", err)
		}
		return do(c, s, args)
	})
}

// looked is who gives a command on this machine, and which, without whole numbers.
func looked(c *cobra.Command, args []string) store.Access {
	_, what, _ := strings.Cut(c.CommandPath(), " ")
	for _, name := range []string{"company", "caller", "agent", "owner", "call"} {
		if of, err := c.Flags().GetString(name); err == nil && of != "" {
			what += " --" + name + " " + store.MaskText(of)
		}
	}
	a := store.Access{Person: "unknown", Role: shellRole, What: what, IDs: args, Reason: "on the machine itself"}
	if u, err := user.Current(); err == nil {
		a.Person = cmp.Or(u.Username, a.Person)
	}
	if behind := os.Getenv("SUDO_USER"); behind != "" {
		a.Person = behind + " as " + a.Person
	}
	a.Source, _ = os.Hostname() // it is this one, whatever its name
	return a
}
