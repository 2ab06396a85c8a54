using System.Collections.Concurrent;
using Npgsql;
using TrackHub.Load.Measuring;

namespace TrackHub.Load.Figures;

/// <summary>One sale; answered when PostgreSQL shows it in the figures: its fact and the sums that hold it become visible with one commit.</summary>
internal sealed class VisibleTarget : ILoadTarget
{
    private static readonly TimeSpan AskAgain = TimeSpan.FromMilliseconds(20);

    private readonly ConcurrentDictionary<string, (string BrandId, TaskCompletionSource Seen)> _waiting = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stopped = new();
    private readonly SalesTraffic _traffic;
    private readonly long _first;
    private readonly TimeProvider _clock;
    private readonly Task _asking;

    /// <summary>Begins to ask.</summary>
    /// <param name="lab">Whose figures.</param>
    /// <param name="traffic">What is sent.</param>
    /// <param name="first">Number that sales are numbered from.</param>
    /// <param name="clock">Paces.</param>
    public VisibleTarget(MetricsLab lab, SalesTraffic traffic, long first, TimeProvider clock)
    {
        (_traffic, _first, _clock) = (traffic, first, clock);
        _asking = AskAsync(lab.Rows);
    }

    /// <inheritdoc/>
    public int Depth => 1;

    /// <inheritdoc/>
    public async Task<string?> SendAsync(long number, CancellationToken cancellationToken)
    {
        var sale = _traffic.Sale(_first + number);
        var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _waiting[sale.SaleId] = (sale.BrandId, seen);
        await _traffic.ProduceAsync([sale], cancellationToken);
        // Asked for from here or from the end of the loop: a poll that failed ends every wait.
        await (await Task.WhenAny(seen.Task, _asking).WaitAsync(cancellationToken));
        return null;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stopped.CancelAsync();
        await _asking;
        _stopped.Dispose();
    }

    private async Task AskAsync(NpgsqlDataSource rows)
    {
        await using var connection = await rows.OpenConnectionAsync();
        await using var command = new NpgsqlCommand(
            """
            select sale_id from unnest($1::text[], $2::text[]) as k(brand_id, sale_id) join order_facts f using (brand_id, sale_id)
            where f.gateway = 'kiwify' and f.share_hour is not null
            """, connection)
        {
            Parameters = { new() { Value = Array.Empty<string>() }, new() { Value = Array.Empty<string>() } },
        };
        while (!_stopped.IsCancellationRequested)
        {
            var asked = _waiting.ToArray();
            command.Parameters[0].Value = Array.ConvertAll(asked, static sale => sale.Value.BrandId);
            command.Parameters[1].Value = Array.ConvertAll(asked, static sale => sale.Key);
            await using (var reader = await command.ExecuteReaderAsync())
            {
                while (await reader.ReadAsync())
                {
                    if (_waiting.TryRemove(reader.GetString(0), out var sale))
                        sale.Seen.SetResult();
                }
            }

            await Task.Delay(AskAgain, _clock);
        }
    }
}
