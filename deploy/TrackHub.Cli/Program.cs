using System.Runtime.Versioning;
using TrackHub.Cli;

// PostgreSQL, Redis and process supervision as Debian has them.
[assembly: SupportedOSPlatform("linux")]

return await TrackHubCommand.InvokeAsync(args);
