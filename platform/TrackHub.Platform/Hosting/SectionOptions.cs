using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace TrackHub.Platform.Hosting;

/// <summary>Options bound from a section and validated before the start.</summary>
public static class SectionOptions
{
    /// <summary>
    /// Binds <typeparamref name="T"/> from a section and checks its data annotations (and <see cref="IValidatableObject"/>) before the start. Each fault
    /// reads <c>section:key = 'value': limit; remedy</c>; values that do not convert are faults too. Secrets are not shown. Safe to repeat.
    /// </summary>
    public static void AddSection<T>(this IHostApplicationBuilder builder, string section)
        where T : class, new()
    {
        if (builder.Services.Any(static service => service.ServiceType == typeof(IConfigureOptions<T>) && service.ImplementationInstance is Section<T>))
            return;

        var bound = new Section<T>(builder.Configuration.GetSection(section));
        builder.Services.AddSingleton<IConfigureOptions<T>>(bound);
        builder.Services.AddSingleton<IValidateOptions<T>>(bound);
        builder.Services.AddOptions<T>().ValidateOnStart();
    }

    /// <summary>What a section says now, for what is built before options are validated; values that do not convert are left at their default.</summary>
    internal static T Read<T>(IConfiguration configuration, string section)
        where T : class, new()
    {
        var options = new T();
        new Section<T>(configuration.GetSection(section)).Configure(options);
        return options;
    }

    /// <summary>Property by property: the framework's binder stops at the first value that does not convert.</summary>
    private sealed class Section<T>(IConfigurationSection section) : IConfigureOptions<T>, IValidateOptions<T>
        where T : class
    {
        private static readonly string[] SecretWords = ["Secret", "Password", "Token", "Key", "ConnectionString"];
        private static readonly PropertyInfo[] Properties =
            [.. typeof(T).GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(static property => property.CanWrite)];

        public void Configure(T options)
        {
            foreach (var property in Properties)
            {
                if (section.GetSection(property.Name) is { } value && value.Exists() && TryConvert(property, value, out var converted))
                    property.SetValue(options, converted);
            }
        }

        public ValidateOptionsResult Validate(string? name, T options)
        {
            var faults = new List<string>();
            foreach (var property in Properties)
            {
                if (section.GetSection(property.Name) is { } value && value.Exists() && !TryConvert(property, value, out _))
                    faults.Add(Fault(property.Name, $"must be {Wanted(property.PropertyType)}"));
            }

            var results = new List<ValidationResult>();
            Validator.TryValidateObject(options, new(options), results, validateAllProperties: true);
            foreach (var result in results)
                faults.AddRange(result.MemberNames.DefaultIfEmpty("").Select(member => Fault(member, result.ErrorMessage ?? "is not valid")));
            return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
        }

        private static bool TryConvert(PropertyInfo property, IConfigurationSection value, out object? converted)
        {
            try
            {
                converted = value.Get(property.PropertyType);
                return converted is not null;
            }
            catch (InvalidOperationException)
            {
                converted = null;
                return false;
            }
        }

        private static string Wanted(Type type) => (Nullable.GetUnderlyingType(type) ?? type) switch
        {
            var known when known == typeof(TimeSpan) => "a duration, such as 00:00:05",
            var known when known == typeof(Uri) => "an address",
            var known when known == typeof(bool) => "true or false",
            { IsEnum: true } known => "one of " + string.Join(", ", Enum.GetNames(known)),
            var known when known == typeof(int) || known == typeof(long) => "a whole number",
            var known => string.Create(CultureInfo.InvariantCulture, $"a {known.Name}"),
        };

        private string Fault(string key, string limit)
        {
            var path = key.Length == 0 ? section.Path : $"{section.Path}:{key}";
            var value = section[key];
            var shown = value is null ? "is not set"
                : Array.Exists(SecretWords, word => key.Contains(word, StringComparison.OrdinalIgnoreCase)) ? "= '***'"
                : $"= '{value}'";
            return $"{path} {shown}: {limit.TrimEnd('.')}; set TRACKHUB_{path.Replace(":", "__", StringComparison.Ordinal)} or --{path}=…";
        }
    }
}
