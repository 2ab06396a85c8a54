using Spectre.Console;

namespace TrackHub.Cli.Demo.Report;

/// <summary>Shows how far something is, on standard error: a bar at a terminal, a line now and then elsewhere.</summary>
internal sealed class ProgressDisplay(TextWriter messages, bool terminal, TimeProvider clock)
{
    private static readonly TimeSpan BarInterval = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LineInterval = TimeSpan.FromSeconds(5);

    /// <summary>The display of this process.</summary>
    public static ProgressDisplay Of(TextWriter messages, TimeProvider clock) =>
        new(messages, ReferenceEquals(messages, Console.Error) && !Console.IsErrorRedirected, clock);

    /// <summary>Shows progress until the work is done.</summary>
    /// <param name="title">What is done.</param>
    /// <param name="progress">How much of how much.</param>
    /// <param name="work">The work.</param>
    public Task<T> ShowAsync<T>(string title, Func<(int Done, int Total)> progress, Task<T> work) =>
        terminal ? ShowBarAsync(title, progress, work) : ShowLinesAsync(title, progress, work);

    private async Task<T> ShowBarAsync<T>(string title, Func<(int Done, int Total)> progress, Task<T> work)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(messages) });
        var columns = new ProgressColumn[] { new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new ElapsedTimeColumn() };
        return await console.Progress().Columns(columns).StartAsync(async context =>
        {
            var bar = context.AddTask(Markup.Escape(title));
            while (!work.IsCompleted)
            {
                Set(bar);
                await Task.WhenAny(work, Task.Delay(BarInterval, clock));
            }

            Set(bar);
            return await work;
        });

        void Set(ProgressTask bar)
        {
            var (done, total) = progress();
            bar.MaxValue = Math.Max(1, total);
            bar.Value = done;
            bar.Description = Markup.Escape($"{title} {done}/{total}");
        }
    }

    private async Task<T> ShowLinesAsync<T>(string title, Func<(int Done, int Total)> progress, Task<T> work)
    {
        while (await Task.WhenAny(work, Task.Delay(LineInterval, clock)) != work)
            Say();
        Say();
        return await work;

        void Say()
        {
            var (done, total) = progress();
            messages.WriteLine($"{title}: {done} of {total}");
        }
    }
}
