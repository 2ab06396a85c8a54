using Microsoft.Extensions.Hosting;

namespace TrackHub.Platform.Hosting;

/// <summary>Options bound from a section and validated before the start.</summary>
public static class SectionOptions
{
    /// <summary>
    /// Binds <typeparamref name="T"/> from a section and checks its data annotations (and <c>IValidatableObject</c>) before the start. Each fault reads
    /// <c>section:key = 'value': limit; remedy</c>; values that do not convert are faults too. Secrets are not shown. Safe to repeat.
    /// </summary>
    public static void AddSection<T>(this IHostApplicationBuilder builder, string section)
        where T : class, new() => throw new NotSupportedException("Comes with the next commit.");
}
