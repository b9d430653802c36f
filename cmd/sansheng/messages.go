package main

import (
	"fmt"
	"net/http"
	"net/url"

	"github.com/spf13/cobra"
)

func messagesCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "messages",
		Short: "Take callers' messages, and finish with them; sansheng tickets --kind voicemail lists them",
	}
	c.AddCommand(takeMessageCommand(), finishMessageCommand())
	return c
}

func takeMessageCommand() *cobra.Command {
	var api client
	c := &cobra.Command{
		Use:     "take CALL",
		Short:   "Take a message: who is first has it",
		Example: "  " + passwordVariable + "=… sansheng messages take 5e4ac1de-3a0d-5b1a-9d6e-0a5a4e5e5a33 --as 1001",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if err := api.do(c.Context(), http.MethodPost, messagePath(args[0], "take"), nil, nil); err != nil {
				return fmt.Errorf("take the message of call %s: %w", args[0], err)
			}
			_, err := fmt.Fprintf(c.OutOrStdout(), "the message of call %s is yours\n", args[0])
			return err
		},
	}
	api.addFlags(c)
	return c
}

func finishMessageCommand() *cobra.Command {
	var api client
	var body struct {
		Result string `json:"result"`
	}
	c := &cobra.Command{
		Use:     "finish CALL",
		Short:   "Finish with a message that is yours; a leader may with any",
		Example: "  " + passwordVariable + "=… sansheng messages finish 5e4ac1de-3a0d-5b1a-9d6e-0a5a4e5e5a33 --result 'called back, meter read' --as 1001",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if err := api.do(c.Context(), http.MethodPost, messagePath(args[0], "finish"), body, nil); err != nil {
				return fmt.Errorf("finish with the message of call %s: %w", args[0], err)
			}
			_, err := fmt.Fprintf(c.OutOrStdout(), "the message of call %s is done with\n", args[0])
			return err
		},
	}
	api.addFlags(c)
	c.Flags().StringVar(&body.Result, "result", "", "what came of it; it is needed")
	return c
}

func messagePath(call, verb string) string {
	return "/api/v1/messages/" + url.PathEscape(call) + "/" + verb
}
