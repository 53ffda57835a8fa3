mode-stable = طريقة الاختيار: مطابقة مستقرة، والحصة المكتملة تُبقي أفضل التقييمات.
mode-stable-seats = طريقة الاختيار: مطابقة مستقرة، والحصة المكتملة تعطي كل احتياج مقاعده الأولى قبل اللاحقة.
mode-optimal = طريقة الاختيار: أكبر مجموع للتقييمات.
what-if-title = ماذا لو …؟
what-if-lead = الوقائع نفسها كما في هذا الحساب، مع ما تغيّره أدناه. لا يُحفظ شيء، ولا يُبلَّغ أحد.
what-if-quota = الحصة
what-if-cap = الحد الجديد
what-if-pathway = المسار الذي يتغيّر مستواه اللغوي
what-if-language = اللغة
what-if-level = المستوى
what-if-closed = المسار الذي يُغلق
what-if-weight = الوزن الذي يتغيّر
what-if-percent = الوزن الجديد بالمئة
what-if-percent-hint = تتقاسم الأوزان الأخرى لهذا الطرف الباقي كما كانت.
what-if-mode = طريقة الاختيار
what-if-ask = عرض الأثر
what-if-effect = الأثر
what-if-before = المرشحون قبل
what-if-after = المرشحون بعد
what-if-moved = المنقولون
what-if-gained = مرشحون جدد
what-if-lost = لم يعودوا مرشحين
what-if-waiting = المنتظرون بعد
what-if-by-sex = حسب الجنس
what-if-by-origin = حسب بلد المنشأ
what-if-by-institute = حسب المعهد
what-if-group = المجموعة
what-if-people = الأشخاص
too-few = أقل من 10
fairness-title = هل تُعامَل المجموعات بالمثل؟
fairness-lead = نسبة من رُشّح من كل مجموعة، مقارنةً بالمجموعة ذات النسبة الأكبر. لا تدخل مجموعة أحد في الترتيب أبدًا. ما دون 80 في المئة يستحق النظر؛ ومع قلة الأشخاص يكون المجال واسعًا.
fairness-warnings = { $count ->
    [one] مجموعة واحدة دون 80 في المئة من النسبة الأكبر.
    [two] مجموعتان دون 80 في المئة من النسبة الأكبر.
    [few] { $count } مجموعات دون 80 في المئة من النسبة الأكبر.
   *[other] { $count } مجموعة دون 80 في المئة من النسبة الأكبر.
}
fairness-no-warning = لا توجد مجموعة دون 80 في المئة من النسبة الأكبر.
fairness-by = المقارنة حسب
fairness-by-sex = حسب الجنس
fairness-by-age = حسب العمر
fairness-by-region = حسب منطقة المعهد
fairness-by-institute = حسب المعهد
fairness-considered = من شملهم الحساب
fairness-share = نسبة المرشحين
fairness-interval = المجال (95٪)
fairness-ratio = من النسبة الأكبر
fairness-hidden = { $count } من الأشخاص في مجموعات أصغر من أن تُعرض، أو تكشف عن تلك المجموعات.
error-weights-sum = يجب أن يكون مجموع أوزان كل طرف 100.
what-if-busy = يُحسب سؤال آخر الآن. أعد السؤال بعد لحظة.
match-other-policy = أُجري هذا الحساب بالسياسة { $version }؛ والأوزان أدناه هي السارية اليوم.
what-if-rounded = أعداد المجموعات مقرّبة إلى أقرب خمسة.
mode-name-stable = مستقرة: الحصة الممتلئة تحتفظ بأفضل الدرجات
mode-name-stable-seats = مستقرة: الحصة الممتلئة تخدم المقاعد الأولى لكل احتياج أولًا
mode-name-optimal = أكبر مجموع للدرجات
field-matching-mode = طريقة المطابقة
error-matching-mode-differs = يتقاسم اتفاق آخر مقاعد هذا المسار ويُطابَق بطريقة أخرى: اجعل الطريقة واحدة في الاثنين.
match-elsewhere = تُطابَق بطريقة أخرى وليست ضمن هذه العملية:
