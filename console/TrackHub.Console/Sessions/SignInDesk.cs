using System.Net;
using TrackHub.ConsoleApi.Access;
using TrackHub.ConsoleApi.Answering;
using TrackHub.Platform.Tenants;

namespace TrackHub.ConsoleApi.Sessions;

/// <summary>Checks logins and passwords. Whatever is wrong with them, the answer and the work are the same. Thread-safe.</summary>
internal sealed class SignInDesk(CallerStore callers, LoginLimits limits, ConsoleMetrics metrics) : IDisposable
{
    private static readonly PasswordHash Nobody = PasswordHash.OfNobody();

    // A check is a fifth of a second of one core: as many at a time as leave cores for everything else. The rest wait, bounded by the limits per address.
    private readonly SemaphoreSlim _cores = new(Math.Max(1, Environment.ProcessorCount / 2));

    /// <summary>Checks them and begins a session.</summary>
    /// <returns>What its cookie holds, or why there is none.</returns>
    public async Task<(Secret<string>? Token, Problem? Refusal)> SignInAsync(string login, string password, IPAddress? from, CancellationToken cancelled)
    {
        var name = login.Trim().ToLowerInvariant();
        if (limits.TakeLogin(from, name) is var wait && wait > TimeSpan.Zero)
        {
            metrics.Login("limited");
            return (null, Problems.RateLimited(wait));
        }

        var known = await callers.FindLoginAsync(name, cancelled);
        await _cores.WaitAsync(cancelled);
        bool matches;
        PasswordHash? renewed;
        try
        {
            (matches, renewed) = await Task.Run(() => Check(known?.Password ?? Nobody, password), cancelled);
        }
        finally
        {
            _cores.Release();
        }

        if (known is { } kept && renewed is not null)
            await callers.RenewPasswordAsync(kept.UserId, kept.Password, renewed, cancelled);
        var token = known is { UserId: var user } && matches ? await callers.OpenSessionAsync(user, cancelled) : null;
        metrics.Login(token is null ? "wrong" : "opened");
        return token is null ? (null, Problems.LoginFailed) : (token, null);
    }

    /// <returns>Whether it is the password, and a new hash where the kept one is worth less than today's.</returns>
    private static (bool Matches, PasswordHash? Renewed) Check(PasswordHash kept, string password) =>
        kept.Matches(password) ? (true, kept.IsOutdated ? PasswordHash.Of(password) : null) : (false, null);

    /// <inheritdoc/>
    public void Dispose() => _cores.Dispose();
}
