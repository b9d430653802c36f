package bus

// StopStore stops the streams as the server does when it cannot write.
func StopStore(s *Server) error { return s.ns.ShutdownJetStream() }
