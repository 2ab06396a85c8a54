using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace TrackHub.MetaSim;

/// <summary>Where the simulator listens and what it keeps. The defaults suit one machine.</summary>
public sealed record MetaSimOptions
{
    /// <summary>Directory of the arrived events; made with mode 0700 if absent. One simulator per directory. Required.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>IP address to listen on. Default 127.0.0.1: the control routes are not authenticated.</summary>
    public string Host { get; init; } = "127.0.0.1";

    /// <summary>TCP port, 0 to 65535; 0 (default) takes a free one, readable from <see cref="MetaSimHost.Port"/>.</summary>
    public int Port { get; init; }

    /// <summary>Receives the simulator's log lines; they carry no token and no user data. Default: none.</summary>
    public ILoggerFactory LoggerFactory { get; init; } = NullLoggerFactory.Instance;

    /// <summary>Clock for event ages, receive times, latencies and drips. Default: the system's.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Events per file, 1 or more. Default 250,000.</summary>
    public int SegmentEvents { get; init; } = 250_000;

    /// <summary>
    /// Files kept, 1 or more; the oldest is forgotten when a new one is begun, which bounds memory (about 60 bytes an
    /// event) and disk. Default 8, so 2,000,000 events.
    /// </summary>
    public int MaxSegments { get; init; } = 8;

    /// <exception cref="ArgumentException">An option is out of range; the message lists every fault.</exception>
    internal void Validate()
    {
        var faults = new List<string>();
        if (string.IsNullOrWhiteSpace(DataDirectory))
            faults.Add("DataDirectory is empty; name a directory the simulator may write to.");
        if (!System.Net.IPAddress.TryParse(Host, out _))
            faults.Add($"Host '{Host}' is not an IP address, such as 127.0.0.1.");
        if (Port is < 0 or > 65535)
            faults.Add($"Port {Port} is outside 0 to 65535.");
        if (SegmentEvents < 1)
            faults.Add($"SegmentEvents {SegmentEvents} is below 1.");
        if (MaxSegments < 1)
            faults.Add($"MaxSegments {MaxSegments} is below 1.");
        if (faults.Count > 0)
            throw new ArgumentException(string.Join(' ', faults));
    }
}
