using CsCheck;
using Xunit;
using static Pare.Runtime.Tests.TensorFlow.Tensors;

namespace Pare.Runtime.Tests.TensorFlow;

/// <summary>StridedSlice with random bounds and masks against an element-by-element reference written from its definition.</summary>
public class StridedSliceTests
{
    private static readonly Gen<Entry> s_entry = Gen.Select(Gen.Int[-6, 6], Gen.Int[-6, 6], Gen.Int[0, 4].Select(i => new[] { 1, 2, 3, -1, -2 }[i]), Gen.Int[0, 4])
        .Select((begin, end, stride, kind) => new Entry(begin, end, stride, kind));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void StridedSlice_RandomMasks_AgreesWithTheDefinition(bool atRunTime)
    {
        // At most three entries speak about axes of a tensor of three; the ellipsis, if any, stands anywhere.
        Gen.Select(s_entry.Array[0, 3], Gen.Int[0, 3], Gen.Int[0, 2], Gen.Bool).Sample(
            (entries, where, added, ellipsis) =>
            {
                List<Entry> all = [.. entries];
                for (int i = 0; i < added; i++)
                {
                    all.Insert((where + i) % (all.Count + 1), new Entry(0, 0, 1, Entry.New));
                }

                if (ellipsis)
                {
                    all.Insert(where % (all.Count + 1), new Entry(0, 0, 1, Entry.Ellipsis));
                }

                Check(all, atRunTime);
            },
            iter: 100,
            threads: 1);
    }

    private static void Check(List<Entry> entries, bool atRunTime)
    {
        long[] shape = [4, 3, 5];
        float[] data = [.. Enumerable.Range(0, 60).Select(i => (float)i)];
        TensorData x = F(shape, data);

        // A single index must lie inside.
        int shaped = entries.Count(e => e.Kind is not (Entry.New or Entry.Ellipsis));
        int axis = 0;
        bool behind = false;
        List<(long Begin, long End, long Step, bool Shrink, bool New)> plan = [];
        for (int i = 0; i < entries.Count; i++)
        {
            Entry e = entries[i];
            if (e.Kind == Entry.Ellipsis)
            {
                int rest = shape.Length - shaped;
                for (int k = 0; k < rest; k++, axis++)
                {
                    plan.Add((0, shape[axis], 1, false, false));
                }

                behind = true;
                continue;
            }

            if (e.Kind == Entry.New)
            {
                plan.Add((0, 1, 1, false, true));
                continue;
            }

            long n = shape[axis++];
            if (e.Kind == Entry.Shrink)
            {
                int inside = (int)((((e.Begin % n) + n) % n) - (e.Begin < 0 ? n : 0));
                entries[i] = e with { Begin = inside };
                plan.Add((inside < 0 ? inside + n : inside, 0, 1, true, false));
                continue;
            }

            long low = e.Stride > 0 ? 0 : -1;
            long high = e.Stride > 0 ? n : n - 1;
            long begin = (e.Kind & 1) != 0 ? (e.Stride > 0 ? 0 : n - 1) : Math.Clamp(e.Begin < 0 ? e.Begin + n : e.Begin, low, high);
            long end = (e.Kind & 2) != 0 ? (e.Stride > 0 ? n : -1) : Math.Clamp(e.End < 0 ? e.End + n : e.End, low, high);
            plan.Add((begin, end, e.Stride, false, false));
        }

        for (; axis < shape.Length && !behind; axis++)
        {
            plan.Add((0, shape[axis], 1, false, false));
        }

        List<long> extents = [];
        List<float> expected = [];
        foreach ((long begin, long end, long step, bool shrink, bool isNew) in plan)
        {
            if (!shrink)
            {
                extents.Add(isNew ? 1 : Math.Max(0, step > 0 ? (end - begin + step - 1) / step : (begin - end - step - 1) / -step));
            }
        }

        Walk(0, 0);
        TensorData want = F([.. extents], [.. expected]);
        TensorData[] bounds = [Column(e => e.Begin), Column(e => e.End), Column(e => e.Stride)];
        (string Name, AttributeValue Value)[] masks =
        [
            A("begin_mask", Mask(e => e.Kind < 4 && (e.Kind & 1) != 0)), A("end_mask", Mask(e => e.Kind < 4 && (e.Kind & 2) != 0)),
            A("ellipsis_mask", Mask(e => e.Kind == Entry.Ellipsis)), A("new_axis_mask", Mask(e => e.Kind == Entry.New)), A("shrink_axis_mask", Mask(e => e.Kind == Entry.Shrink)),
        ];
        TensorData got = atRunTime ? TensorFlowGraph.RunFedVectors("StridedSlice", x, bounds, masks) : TensorFlowGraph.Run("StridedSlice", x, bounds, masks);
        TensorAssert.Close(want, got, string.Join(" ", entries));

        void Walk(int depth, long offset)
        {
            if (depth == plan.Count)
            {
                expected.Add(data[offset]);
                return;
            }

            (long begin, long end, long step, bool shrink, bool isNew) = plan[depth];
            if (isNew)
            {
                Walk(depth + 1, offset);
                return;
            }

            int dimension = plan.Take(depth).Count(p => !p.New);
            long inner = shape.Skip(dimension + 1).Aggregate(1L, (p, s) => p * s);
            if (shrink)
            {
                Walk(depth + 1, offset + (begin * inner));
                return;
            }

            for (long i = begin; step > 0 ? i < end : i > end; i += step)
            {
                Walk(depth + 1, offset + (i * inner));
            }
        }

        TensorData Column(Func<Entry, int> pick) => I([.. entries.Select(pick)]);
        long Mask(Func<Entry, bool> pick) => entries.Select((e, i) => pick(e) ? 1L << i : 0).Sum();
    }

    /// <summary>Kinds 0 to 3: bits 1 (begin open) and 2 (end open); then a single index, a new axis, the ellipsis.</summary>
    private sealed record Entry(int Begin, int End, int Stride, int Kind)
    {
        public const int Shrink = 4;
        public const int New = 5;
        public const int Ellipsis = 6;
    }
}
