package access

// Flush waits until what requests left to be written is written.
func (s *Service) Flush() { s.uses.Wait() }
