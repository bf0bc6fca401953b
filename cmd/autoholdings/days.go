package main

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/urfave/cli/v3"
)

// timeFlag is a flag of a length of time, which may be given in days. Commands declare cli.DurationFlag; prepare makes
// timeFlags of them.
type timeFlag = cli.FlagBase[time.Duration, cli.NoConfig, timeValue]

// inTime makes a timeFlag of a flag as commands declare it.
func inTime(declared *cli.DurationFlag) *timeFlag {
	own := &timeFlag{}
	from, to := reflect.ValueOf(declared).Elem(), reflect.ValueOf(own).Elem()
	for i := range from.NumField() {
		if from.Type().Field(i).IsExported() {
			to.Field(i).Set(from.Field(i))
		}
	}
	own.HideDefault = own.Value == 0 // the usage says what that is
	return own
}

const day = 24 * time.Hour

// timeValue is the value of a timeFlag.
type timeValue struct{ of *time.Duration }

// Create makes the value of a flag, as cli wants it.
func (timeValue) Create(value time.Duration, p *time.Duration, _ cli.NoConfig) cli.Value {
	*p = value
	return timeValue{p}
}

// ToString writes a length of time as it may be given.
func (timeValue) ToString(value time.Duration) string { return inDays(value) }

func (v timeValue) Get() any { return *v.of }

func (v timeValue) String() string {
	if v.of == nil {
		return ""
	}
	return inDays(*v.of)
}

// Set reads a length of time.
func (v timeValue) Set(text string) error {
	length, err := parseTime(text)
	if err == nil {
		*v.of = length
	}
	return err
}

var wholeDays = regexp.MustCompile(`^(\d+)d(.*)$`)

// parseTime reads a length of time: as time.ParseDuration, with days of 24 hours in front, such as 30d, 1d12h or 15m.
func parseTime(text string) (time.Duration, error) {
	text = strings.TrimSpace(text)
	var days int64
	rest := text
	if found := wholeDays.FindStringSubmatch(text); found != nil {
		var err error
		if days, err = strconv.ParseInt(found[1], 10, 64); err != nil || days > int64(math.MaxInt64/day)-1 {
			return 0, errors.New("is too long: the longest is 106750d")
		}
		if rest = found[2]; rest == "" {
			return time.Duration(days) * day, nil
		}
	}
	length, err := time.ParseDuration(rest)
	if err != nil || days > 0 && (length < 0 || length >= day) {
		return 0, errors.New("is not a length of time: give a number with its unit, such as 30d, 12h or 15m")
	}
	return time.Duration(days)*day + length, nil
}

// inDays writes a length of time as parseTime reads it, in days from two of them on, and without parts that are 0.
func inDays(d time.Duration) string {
	if d >= 2*day {
		days := fmt.Sprintf("%dd", d/day)
		if d%day == 0 {
			return days
		}
		return days + inDays(d%day)
	}
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}
