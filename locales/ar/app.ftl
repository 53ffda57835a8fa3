# الإطار وباب الدخول والقوائم والاستمارات وعمليات المطابقة والممرات.
app-name = Passerelle
skip-to-content = الانتقال إلى المحتوى
navigation = القائمة
language-choose = اللغة
footer = محرّك مفتوح المصدر لشراكات المهارات العالمية. المعلومات عن القوانين بيانات مرفقة بمصادرها، وليست استشارة قانونية.
any-country = كل البلدان
any-occupation = كل المهن
action = الإجراء

sign-in-title = تسجيل الدخول
sign-in-lead = للوزارات ومؤسسات التدريب وأصحاب العمل وهيئات الاعتراف والمتدربين.
sign-in = تسجيل الدخول
sign-out = تسجيل الخروج
sign-in-wrong = البريد الإلكتروني أو كلمة المرور غير صحيحة. يُرجى التحقق منهما والمحاولة من جديد.
sign-in-locked = محاولات كثيرة. يُرجى الانتظار { $minutes ->
    [zero] قليلًا
    [one] دقيقة واحدة
    [two] دقيقتين
    [few] { $minutes } دقائق
    [many] { $minutes } دقيقة
   *[other] { $minutes } دقيقة
  } ثم المحاولة من جديد.

home-title = الرئيسية
home-greeting = مرحبًا، { $name }
home-waiting-for-you = اقتراحات تنتظر قرارك

account-title = حسابك
tokens-title = رموز الوصول إلى واجهة API
tokens-lead = يتيح رمز الوصول لبرنامج أن يعمل باسمك. يظهر مرة واحدة فقط، فاحفظه كما تحفظ كلمة المرور.
token-made = انسخ رمز الوصول الآن، فلن يظهر مرة أخرى:
token-name = ما الغرض من رمز الوصول؟
token-days = عدد الأيام حتى انتهاء الصلاحية
token-make = إنشاء رمز وصول
token-expires = تنتهي صلاحيته في
token-revoke = إلغاء الرمز
token-live = قيد الاستعمال
token-revoked = مُلغى
token-expired = منتهي الصلاحية

notice-created = تم الإنشاء.
notice-saved = تم الحفظ.
notice-deleted = تم الحذف.
notice-decided = تم تسجيل قرارك.

action-new = جديد
action-add = إضافة
action-edit = تعديل
action-delete = حذف
action-csv = تنزيل ملف CSV
delete-ask = لا يمكن التراجع عن هذا الإجراء.
delete-sure = نعم، احذف

list-search = بحث
list-all = الكل
list-apply = تطبيق
list-range-from = { $field } من
list-range-until = { $field } إلى
list-reset = إعادة الضبط
list-first = العودة إلى البداية
list-next = الصفحة التالية
list-empty = لا يوجد شيء هنا بعد.
list-show-all = عرض الكل
list-total = { $count ->
    [zero] لا توجد سجلات
    [one] سجل واحد
    [two] سجلان
    [few] { $count } سجلات
    [many] { $count } سجلًا
   *[other] { $count } سجل
  }

form-errors = يُرجى تصحيح ما يلي
form-save = حفظ
form-cancel = إلغاء
form-optional = (اختياري)

problem-instance = الرقم المرجعي للدعم:

days = { $count ->
    [zero] 0 يوم
    [one] يوم واحد
    [two] يومان
    [few] { $count } أيام
    [many] { $count } يومًا
   *[other] { $count } يوم
  }
months = { $count ->
    [zero] 0 شهر
    [one] شهر واحد
    [two] شهران
    [few] { $count } أشهر
    [many] { $count } شهرًا
   *[other] { $count } شهر
  }
version = الإصدار { $number }

match-runs-title = عمليات المطابقة
match-runs-lead = تفحص كل عملية أولًا كل زوج من متدرب واحتياج من حيث القانون، ثم تمنح الأزواج القانونية درجات، وتقترح مطابقة بالطريقة المختارة. والقرار للأشخاص.
match-start = بدء عملية مطابقة
match-asked = تاريخ الطلب
match-as-of = البيانات بتاريخ
match-run-title = عملية المطابقة
match-trainees = المتدربون
match-seats = المقاعد
match-pairs = الأزواج المفحوصة
match-candidates = الأزواج القانونية
match-proposed = المقترحة
match-by-corridor = الاقتراحات حسب الممر
match-by-reason = دون اقتراح، حسب أقرب سبب
match-weights = وزن كل معيار
match-weights-lead = الأوزان معروضة للطرفين. ولا يُؤخذ أبدًا في الحسبان الجنس ولا الأسرة ولا الدين ولا الأصل ولا الصحة ولا الانتماء النقابي.
match-feature = المعيار
match-proof = إثبات العملية
match-snapshot = بصمة البيانات
match-result = بصمة النتيجة
match-engine = إصدار المحرّك
chart-as-table = في شكل جدول
run-status-queued = في الانتظار
run-status-running = جارية
run-status-finished = مكتملة
run-status-failed = فاشلة
stage-judging = فحص الأزواج
stage-matching = المطابقة
stage-checking = التحقق من الخطة
stage-reporting = إعداد التقرير
score-of-need = الدرجة من جهة الاحتياج
score-of-trainee = الدرجة من جهة المتدرب

why-title = لماذا نعم، ولماذا لا
why-lawful = هذا الزوج قانوني عبر المسار
why-law = القانون
why-score = الدرجة
why-rule = القاعدة
why-verdict = النتيجة
why-reason = السبب
why-facts = البيانات المستعملة
why-source = المصدر
verdict-pass = مستوفاة
verdict-warn = تنبيه
verdict-block = مانعة
verdict-unknown = غير معروفة

proposal-title = اقتراح
proposal-lead = المحرّك يقترح، والقرار للمتدرب وصاحب العمل.
proposal-decide = قرارك
proposal-accept = قبول
proposal-decline = رفض
proposal-reason = سبب الرفض

corridors-title = الممرات
corridors-lead = كل ممر بيانات تحدّثها الوزارات المعنية به، مع المصدر والوضع القانوني والتواريخ.
corridor-not-advice = معلومات مرفقة بمصادرها. وهي ليست استشارة قانونية.
corridor-from = من
corridor-to = إلى
corridor-status = الوضع القانوني
corridor-valid = مدة السريان
corridor-version = الإصدار
corridor-days = الأيام
corridor-steps = خطوات المسار
corridor-instruments = النصوص القانونية
corridor-occupations = المهن
corridor-qualification = المؤهل
corridor-language = اللغة
corridor-recognition = الاعتراف
corridor-permit = الترخيص
corridor-labour-market-test = اختبار سوق العمل
corridor-fees = الرسوم
corridor-quotas = الحصص
corridor-wage-floors = الحدود الدنيا للأجور
corridor-age = السن
corridor-family = الأسرة
corridor-social-security = الضمان الاجتماعي
corridor-pays = من يدفع
corridor-safeguards = بلدان المنشأ المدرجة في قائمة الضمانات لمنظمة الصحة العالمية
corridor-return = العودة
corridor-protection = الحماية
corridor-evidence = الأدلة
corridor-days-total = عدد الأيام من التسجيل إلى بدء العمل
corridor-sources = المصادر
fact-illustrative = مثال توضيحي
step = الخطوة
step-actor = الجهة المسؤولة
step-after = بعد
step-on-failure = في حال عدم النجاح

concepts-title = المهن والمهارات
concepts-lead = ابحث في جميع الأسماء والمرادفات، مع التشكيل أو من دونه. ولا بأس بالأخطاء الإملائية الصغيرة.
concept-kind = النوع
esco-attribution = تستعمل هذه الخدمة تصنيف ESCO الصادر عن المفوضية الأوروبية.
why-ask = اسأل
