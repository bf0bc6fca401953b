package main

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"slices"
	"strings"

	"github.com/urfave/cli/v3"

	"autoholdings/holdings/collections"
	"autoholdings/holdings/profiles"
	"autoholdings/provider"
	"autoholdings/provider/oup"
)

// knownProviders returns the providers that profiles may have, the standard one first. To add one, add a line here.
func knownProviders() []*provider.Provider {
	return []*provider.Provider{
		oup.Provider(),
	}
}

// providerConfig is a provider, and how this installation asks it.
type providerConfig struct {
	*provider.Provider
	provider.Options
}

// providersFrom reads the flags of each known provider.
func providersFrom(c *cli.Command, log *slog.Logger) (configs []providerConfig) {
	for _, p := range knownProviders() {
		flags := flagsOf(p)
		insecure := c.Bool(flags.name("allow-insecure"))
		template := p.Template.At(c.String(flags.name("url")))
		template.Path = c.String(flags.name("path"))
		if query := c.StringMap(flags.name("query")); len(query) > 0 {
			template.Query = query
		}
		if headers := c.StringMap(flags.name("header")); len(headers) > 0 {
			template.Headers = headers
		}
		titles := p.Titles
		titles.Path = c.String(flags.name("titles-path"))
		if query := c.StringMap(flags.name("titles-query")); len(query) > 0 {
			titles.Query = query
		}
		configs = append(configs, providerConfig{p, provider.Options{
			Template: template, Titles: titles, MaxSize: c.Int64(flags.name("max-size")), SizeSetting: "--" + flags.name("max-size"),
			FlagPrefix: "--" + flags.name(""),
			Timeout:    c.Duration(flags.name("timeout")),
			Attempts:   c.Int(flags.name("attempts")),
			AllowHTTP:  insecure, AllowPrivate: insecure, AllowedHosts: c.StringSlice(flags.name("allow-host")), Logger: log,
		}})
	}
	return configs
}

// contentTypes lists what lists of any of the providers may hold, as in "books or journals".
func contentTypes(all []*provider.Provider) string {
	var contents []provider.Content
	for _, p := range all {
		for _, content := range p.Contents() {
			if !slices.Contains(contents, content) {
				contents = append(contents, content)
			}
		}
	}
	return provider.OneOf(contents)
}

// askNobody makes the providers' addresses optional, for commands that can do without them.
func (cfg *config) askNobody() {
	for i := range cfg.Providers {
		cfg.Providers[i].NoProvider = true
	}
}

// checkAddress checks the provider's address. It may be left out if nobody needs to be asked.
func (p *providerConfig) checkAddress() error {
	flags := flagsOf(p.Provider)
	flag := fmt.Sprintf("--%s (%s)", flags.name("url"), flags.variable("url"))
	p.AddressSetting = flag
	address := strings.TrimSpace(p.Options.Template.BaseURL)
	if address == "" && p.NoProvider {
		return nil
	}
	p.NoProvider = false
	if address == "" {
		return errors.New("the provider's address is not set: give " + flag +
			", such as https://kbart.example.org (`autoholdings demo` brings a mock of its own)")
	}
	u, err := url.Parse(address)
	switch {
	case err != nil || strings.Contains(address, "@"): // it may contain a password, which must not be shown
		return fmt.Errorf("%s is not an address such as https://kbart.example.org, without user name and password", flag)
	case u.Scheme == "http" && u.Hostname() != "" && !p.AllowHTTP:
		return fmt.Errorf("%s is %q: plain HTTP would show the API key to everyone on the way. Use https, or add --%s if the "+
			"provider is a mock or a mirror on your own network", flag, address, flags.name("allow-insecure"))
	case u.Scheme != "http" && u.Scheme != "https" && u.Scheme != "" && strings.Contains(address, "://"):
		return fmt.Errorf("%s is %q: the provider is asked by https, not by %s", flag, address, u.Scheme)
	case u.Hostname() == "" || u.Scheme != "http" && u.Scheme != "https":
		return fmt.Errorf("%s is %q: it needs a scheme and a host, as in https://%s", flag, address,
			cmp.Or(strings.TrimLeft(strings.TrimPrefix(address, u.Scheme+"://"), "/"), "kbart.example.org"))
	}
	return nil
}

// checkAddresses checks the addresses of all providers. The standard one's is required; any other provider without an
// address is not asked.
func checkAddresses(configs []providerConfig) error {
	for i := range configs {
		configs[i].NoProvider = configs[i].NoProvider || i > 0
		if err := configs[i].checkAddress(); err != nil {
			return err
		}
	}
	return nil
}

// ofDomain returns the providers as the domain knows them.
func ofDomain(configs []providerConfig) (known []profiles.Provider) {
	for _, p := range configs {
		of := profiles.Provider{Name: p.Name, Title: p.Title}
		for _, c := range p.Credentials {
			if c.Hidden {
				of.APIKey = c.Credential
			} else {
				of.CustomerNumber = c.Credential
			}
		}
		known = append(known, of)
	}
	return known
}

// communityZone returns the collections that exist from the start.
func communityZone(configs []providerConfig) (seeds []collections.CommunityZoneSeed) {
	for _, p := range configs {
		for _, c := range p.Collections {
			seeds = append(seeds, collections.CommunityZoneSeed{
				CZID: c.CommunityZoneID, Name: c.Name, Provider: p.Title, Content: strings.ToUpper(string(c.Content)),
			})
		}
	}
	return seeds
}
