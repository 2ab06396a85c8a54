using Microsoft.Extensions.Hosting;

namespace TrackHub.Cli.Running;

/// <summary>Stops the process when its standard input ends, where the supervisor asks for that: a role never outlives it.</summary>
internal sealed class InputWatch(IHostApplicationLifetime lifetime) : IHostedService
{
    /// <summary>Variable by which the supervisor asks for it.</summary>
    public const string Variable = "TRACKHUB_SUPERVISED";

    // Longer than an orderly stop may take; whoever hangs then would be an orphan.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        // A thread of its own that keeps nobody alive: a read of standard input cannot be cancelled.
        if (Environment.GetEnvironmentVariable(Variable) is not null) new Thread(Watch) { IsBackground = true, Name = "input watch" }.Start();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private void Watch()
    {
        using var input = Console.OpenStandardInput();
        while (input.ReadByte() >= 0)
        {
            // Nothing is ever sent; only the end counts.
        }

        lifetime.StopApplication();
        lifetime.ApplicationStopped.WaitHandle.WaitOne(Patience);
        Environment.Exit(1);
    }
}
