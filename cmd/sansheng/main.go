// Command sansheng is the hotline server, and everything an operator does with
// it from a shell. Subcommands are one file each; they parse, call, print.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	_ "time/tzdata" // calendars' zones, where the system has none

	"github.com/spf13/cobra"
)

// errQuiet ends the program with an error that has been told already.
var errQuiet = errors.New("")

func main() {
	// Children run under another account where this one is root: they must be
	// able to read what is meant for them. Secrets have modes of their own.
	syscall.Umask(0o022)
	ctx, stop := interruptible()
	err := rootCommand().ExecuteContext(ctx)
	stop()
	if err == nil {
		return
	}
	if !errors.Is(err, errQuiet) {
		fmt.Fprintln(os.Stderr, "sansheng:", err)
	}
	os.Exit(1)
}

// interruptible is a context that ends with the first SIGINT or SIGTERM. The second one ends
// the program as if nobody had asked: what is being stopped may hang.
func interruptible() (context.Context, context.CancelFunc) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	return ctx, stop
}

func rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:           "sansheng",
		Short:         "A hotline server: every caller answered within three rings, every call on record",
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	open, configured := storeOpener(root)
	root.AddCommand(
		serveCommand(), fetchCommand(), withCommand(), demoCommand(), phoneCommand(), versionCommand(),
		callsCommand(open), recordCommand(open, configured), ticketsCommand(open), followUpsCommand(open), surveysCommand(), summaryCommand(), benchCommand(), callbacksCommand(open), messagesCommand(), noticesCommand(), customersCommand(),
		exportCommand(), accessCommand(), agentsCommand(open), queuesCommand(open),
		migrateCommand(open), drillCommand(), sentinelCommand(), orderCommand(), walkCommand(), hoursCommand(), holidaysCommand(), configCommand(), promptsCommand(), accountsCommand(configured), webhooksCommand(open), deadLettersCommand(open),
	)
	return root
}
