using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;

namespace TrackHub.Dispatch.Faults;

/// <summary>A dispatcher in a process of its own that dies at the fail point <c>TRACKHUB_FAIL_AT</c> names.</summary>
internal static class FaultyDispatcher
{
    /// <summary>Runs it with settings of the command line until it dies.</summary>
    public static async Task<int> Main(string[] args)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new());
        builder.Configuration.AddCommandLine(args);
        builder.AddDispatch();
        using var host = builder.Build();
        await host.RunAsync();
        return 0;
    }
}
