package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/urfave/cli/v3"

	"autoholdings/internal/door"
)

// The values of --access.
const (
	accessOpen       = "open"
	accessControlled = "controlled"
)

// serving says how the server is reached, and who is let in.
type serving struct {
	Access                   string // open or controlled; empty: open
	PublicURL                string
	AllowOrigins             []string
	TrustedProxies           []string
	CertFile, KeyFile        string // both or neither
	OIDC                     *door.OIDC
	SessionIdle, SessionLife time.Duration // 0: as access has them
	KeepAudit                time.Duration // 0: for ever

	recheck time.Duration // as door has it; for tests
}

func (s serving) controlled() bool { return s.Access == accessControlled }

// doorFlags returns the flags that say who is let in.
func doorFlags() []cli.Flag {
	return slices.Concat(whoFlags(), whereFlags(), oidcFlags())
}

func whoFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{
			Name: "access", Value: accessOpen, Sources: cli.EnvVars("AUTOHOLDINGS_ACCESS"),
			Usage: "`open`: whoever reaches the server may do everything, on this machine only; controlled: people sign in, programs send tokens",
		},
		&cli.DurationFlag{
			Name: "session-idle", Sources: cli.EnvVars("AUTOHOLDINGS_SESSION_IDLE"), Validator: notNegative,
			Usage: "a person who has signed in is asked again after so long without a request (default: 12h)",
		},
		&cli.DurationFlag{
			Name: "session-life", Sources: cli.EnvVars("AUTOHOLDINGS_SESSION_LIFE"), Validator: notNegative,
			Usage: "and so long after the sign-in in any case (default: 7d)",
		},
		&cli.DurationFlag{
			Name: "keep-audit", Sources: cli.EnvVars("AUTOHOLDINGS_KEEP_AUDIT"), Validator: notNegative,
			Usage: "how long it is kept who did what, such as 730d (default: for ever)",
		},
	}
}

func notNegative(d time.Duration) error {
	if d < 0 || d > 0 && d < time.Minute {
		return fmt.Errorf("%s is less than a minute: give a time such as 8h", d)
	}
	return nil
}

func whereFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{
			Name: "public-url", Sources: cli.EnvVars("AUTOHOLDINGS_PUBLIC_URL"),
			Usage: "`URL` at which browsers find the server, such as https://holdings.example.org",
		},
		&cli.StringSliceFlag{
			Name: "allow-origin", Sources: cli.EnvVars("AUTOHOLDINGS_ALLOW_ORIGIN"),
			Usage: "`ORIGIN` of a front end elsewhere that may use the API, such as https://staff.example.org; may be repeated",
		},
		&cli.StringSliceFlag{
			Name: "trusted-proxy", Sources: cli.EnvVars("AUTOHOLDINGS_TRUSTED_PROXY"),
			Usage: "`ADDRESS` or network of a proxy that is believed which client it asks for (X-Forwarded-For); may be repeated",
		},
		&cli.StringFlag{
			Name: "tls-cert", Sources: cli.EnvVars("AUTOHOLDINGS_TLS_CERT"),
			Usage: "`FILE` of the certificate and those between it and the root, in PEM; read again when it changes; unset: HTTP",
		},
		&cli.StringFlag{Name: "tls-key", Sources: cli.EnvVars("AUTOHOLDINGS_TLS_KEY"), Usage: "`FILE` of its key, in PEM"},
	}
}

func oidcFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{
			Name: "oidc-issuer", Sources: cli.EnvVars("AUTOHOLDINGS_OIDC_ISSUER"),
			Usage: "`URL` of the library's own sign-in (OpenID Connect)",
		},
		&cli.StringFlag{Name: "oidc-client-id", Sources: cli.EnvVars("AUTOHOLDINGS_OIDC_CLIENT_ID"), Usage: "`ID` of this server there"},
		&cli.StringFlag{
			Name: "oidc-client-secret", Sources: cli.EnvVars("AUTOHOLDINGS_OIDC_CLIENT_SECRET"),
			Usage: "`SECRET` of this server there; rather in the environment, since other users of the machine see flags; unset: a public client",
		},
		&cli.StringFlag{
			Name: "oidc-audience", Sources: cli.EnvVars("AUTOHOLDINGS_OIDC_AUDIENCE"),
			Usage: "`AUDIENCE` of the issuer's tokens that programs may bring; unset: none are taken",
		},
		&cli.StringFlag{
			Name: "oidc-scopes-claim", Value: "groups", Sources: cli.EnvVars("AUTOHOLDINGS_OIDC_SCOPES_CLAIM"),
			Usage: "`CLAIM` by which --oidc-map goes; with dots for one inside others, such as realm_access.roles",
		},
		&cli.StringSliceFlag{
			Name: "oidc-map", Sources: cli.EnvVars("AUTOHOLDINGS_OIDC_MAP"),
			Usage: "`VALUE=SCOPE,SCOPE`: what those may do for whom the claim has the value; may be repeated",
		},
		&cli.StringFlag{
			Name: "oidc-name-claim", Sources: cli.EnvVars("AUTOHOLDINGS_OIDC_NAME_CLAIM"),
			Usage: "`CLAIM` that is shown as the name (default: name, preferred_username or email)",
		},
	}
}

// servingFrom reads the flags and their environment variables.
func servingFrom(c *cli.Command) (serving, error) {
	s := serving{
		Access: c.String("access"), PublicURL: c.String("public-url"), AllowOrigins: c.StringSlice("allow-origin"),
		TrustedProxies: c.StringSlice("trusted-proxy"), CertFile: c.String("tls-cert"), KeyFile: c.String("tls-key"),
		SessionIdle: c.Duration("session-idle"), SessionLife: c.Duration("session-life"),
		KeepAudit: c.Duration("keep-audit"),
	}
	if s.Access != accessOpen && s.Access != accessControlled {
		return s, fmt.Errorf("--access: %.50q is neither open nor controlled", s.Access)
	}
	if (s.CertFile == "") != (s.KeyFile == "") {
		return s, errors.New("--tls-cert and --tls-key belong together: give both, or neither and let a proxy before the server speak TLS")
	}
	if issuer := c.String("oidc-issuer"); issuer != "" {
		s.OIDC = &door.OIDC{
			Issuer: issuer, ClientID: c.String("oidc-client-id"), ClientSecret: c.String("oidc-client-secret"),
			Audience: c.String("oidc-audience"), ScopesClaim: c.String("oidc-scopes-claim"), Map: c.StringSlice("oidc-map"),
			NameClaim: c.String("oidc-name-claim"),
		}
		return s, nil
	}
	if c.IsSet("oidc-scopes-claim") {
		return s, errors.New("--oidc-scopes-claim is set and --oidc-issuer is not: give the issuer's URL too")
	}
	for _, flag := range []string{"oidc-client-id", "oidc-client-secret", "oidc-audience", "oidc-map", "oidc-name-claim"} {
		if value := c.String(flag) + strings.Join(c.StringSlice(flag), ""); value != "" {
			return s, fmt.Errorf("--%s is set and --oidc-issuer is not: give the issuer's URL too", flag)
		}
	}
	return s, nil
}
