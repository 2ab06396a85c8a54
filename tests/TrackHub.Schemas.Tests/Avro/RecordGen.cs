using System.Reflection;
using System.Text;
using FsCheck;
using FsCheck.Fluent;

namespace TrackHub.Schemas.Tests.Avro;

/// <summary>Any value of any generated record, made from its members alone: it knows nothing of schema or codec.</summary>
internal static class RecordGen
{
    private static readonly NullabilityInfoContext Nullability = new();
    private static readonly string[] EdgeTexts = ["", "\0", "ã", "日本語", "😀\U0010ffff", new('x', 300)];
    private static readonly Gen<long> AnyLong = ArbMap.Default.GeneratorFor<DoNotSize<long>>().Select(static n => n.Item);

    public static Gen<T> Of<T>()
        where T : IAvroRecord<T> => Of(typeof(T)).Select(static value => (T)value!);

    private static Gen<object?> Of(Type type)
    {
        if (type == typeof(string))
            return Gen.OneOf(ArbMap.Default.GeneratorFor<string>().Select(static text => Utf8Only(text ?? "")), Gen.Elements(EdgeTexts)).Select(static text => (object?)text);
        if (type == typeof(long))
            return Gen.OneOf(AnyLong, Gen.Choose(-130, 130).Select(static n => (long)n), Gen.Elements(long.MinValue, long.MaxValue)).Select(static n => (object?)n);
        if (type == typeof(int))
            return Gen.OneOf(AnyLong.Select(static n => (int)n), Gen.Elements(0, int.MinValue, int.MaxValue)).Select(static n => (object?)n);
        if (type == typeof(bool))
            return Gen.Elements<object?>(true, false);
        if (type == typeof(double))
            return ArbMap.Default.GeneratorFor<double>().Select(static n => (object?)n);
        if (type == typeof(byte[]))
            return ArbMap.Default.GeneratorFor<byte[]>().Select(static bytes => (object?)(bytes ?? []));
        if (type == typeof(DateTimeOffset))
            return AnyLong.Select(static n => (object?)InMilliseconds(n));
        if (type.IsEnum)
            return Gen.Elements(Enum.GetValues(type).Cast<object?>().ToArray());
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>))
            return ListOf(type.GetGenericArguments()[0]);

        return RecordOf(type);
    }

    private static Gen<object?> RecordOf(Type type)
    {
        var members = type.GetProperties(BindingFlags.Public | BindingFlags.Instance);
        return Gen.CollectToArray(members.Select(MemberOf)).Select(values =>
        {
            var record = Activator.CreateInstance(type);
            for (var i = 0; i < members.Length; i++)
                members[i].SetValue(record, values[i]);
            return record;
        });
    }

    private static Gen<object?> MemberOf(PropertyInfo member)
    {
        if (Nullable.GetUnderlyingType(member.PropertyType) is { } valueType)
            return OrNull(Of(valueType));

        var gen = Of(member.PropertyType);
        return Nullability.Create(member).ReadState == NullabilityState.Nullable ? OrNull(gen) : gen;
    }

    private static Gen<object?> OrNull(Gen<object?> gen) => Gen.OneOf(Gen.Constant<object?>(null), gen);

    private static Gen<object?> ListOf(Type item) => Gen.ListOf(Of(item)).Select(items =>
    {
        var array = Array.CreateInstance(item, items.Count);
        for (var i = 0; i < items.Count; i++)
            array.SetValue(items[i], i);
        return (object?)array;
    });

    private static string Utf8Only(string text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));

    private static DateTimeOffset InMilliseconds(long any)
    {
        var first = DateTimeOffset.MinValue.ToUnixTimeMilliseconds();
        var span = (ulong)(DateTimeOffset.MaxValue.ToUnixTimeMilliseconds() - first + 1);
        return DateTimeOffset.FromUnixTimeMilliseconds(first + (long)((ulong)any % span));
    }
}
